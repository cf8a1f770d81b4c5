// A WebSocket server that sends back what it gets, and says on its output how each one ended.
// Arguments: key and certificate, for TLS.
"use strict";
const fs = require("fs");
const http = require("http");
const https = require("https");
const { WebSocketServer } = require("ws");

const [key, certificate] = process.argv.slice(2);
const server = key
  ? https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(certificate) })
  : http.createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: true, maxPayload: 64 << 20 });
sockets.on("connection", (socket) => {
  socket.on("message", (data, binary) => {
    if (!binary && data.toString() === "ping me") socket.ping("from the server");
    else if (!binary && data.toString() === "die") socket.terminate();
    else socket.send(data, { binary });
  });
  socket.on("pong", (data) => socket.send("pong " + data));
  socket.on("error", () => {});
  socket.on("close", (code) => console.log("closed " + code));
});
server.listen(0, "127.0.0.1", () => console.log("port " + server.address().port));
