// A WebSocket client that plays through what the protocol knows, against a server that echoes.
// Arguments: the address, and what to do; the last line of its output is how it went.
"use strict";
const crypto = require("crypto");
const WebSocket = require("ws");

const [address, part] = process.argv.slice(2);
const socket = new WebSocket(address, {
  rejectUnauthorized: false,
  perMessageDeflate: part === "deflated",
  maxPayload: 64 << 20,
});
const next = (event) => new Promise((resolve) => socket.once(event, (...got) => resolve(got)));
const wanted = (what, is) => {
  if (!is) throw new Error(what);
};

async function echoes(data, options) {
  socket.send(data, options);
  const [got] = await next("message");
  wanted("an echo", Buffer.from(got).equals(Buffer.from(data)));
}

async function plays() {
  await echoes("hello");
  await echoes("");
  for (const size of [1, 125, 126, 65535, 65536]) await echoes(crypto.randomBytes(size));
  socket.ping("from the client");
  wanted("a pong", (await next("pong"))[0].toString() === "from the client");
  if (part !== "other server") {
    socket.send("ping me");
    wanted("a ping", (await next("message"))[0].toString() === "pong from the server");
  }
  socket.send("in ", { fin: false });
  socket.ping("between");
  socket.send("three ", { fin: false });
  socket.send("parts", { fin: true });
  wanted("all parts", (await next("message"))[0].toString() === "in three parts");
  await echoes(crypto.randomBytes(10 << 20));
  socket.close(4001, "done");
  wanted("a close", (await next("close"))[0] === 4001);
}

async function waits() {
  await echoes("hello");
  console.log("open");
  const [code] = await next("close");
  return "closed " + code;
}

async function dies() {
  await echoes("hello");
  if (part === "dies") {
    socket.terminate();
    return "died";
  }
  socket.send("die");
  return "closed " + (await next("close"))[0];
}

socket.on("error", (error) => console.log("error " + error.message));
socket.on("open", () => {
  const played = part === "waits" ? waits() : /die/.test(part) ? dies() : plays();
  played.then((said) => console.log(said || "well"), (error) => console.log("not " + error.message))
    .finally(() => socket.terminate());
});
