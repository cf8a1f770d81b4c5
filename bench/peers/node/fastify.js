'use strict'
// Fastify + @fastify/http-proxy, which forwards by undici. A line a request in the log, not two.

const fs = require('node:fs')
const Fastify = require('fastify')
const proxy = require('@fastify/http-proxy')

const told = JSON.parse(process.argv[2])

function gateway (https) {
  const app = Fastify({
    logger: { file: told.log },
    logController: new Fastify.LogController({ disableRequestLogging: true }),
    keepAliveTimeout: 75000,
    bodyLimit: 64 * 1024 * 1024,
    https
  })
  app.addHook('onResponse', (request, reply, done) => {
    reply.log.info({
      client: request.ip,
      method: request.method,
      url: request.url,
      status: reply.statusCode,
      took: reply.elapsedTime
    }, 'request')
    done()
  })
  let turn = 0
  const options = {
    disableRequestLogging: true,
    undici: { connections: 512, pipelining: 1, keepAliveTimeout: 4000 },
    replyOptions: {
      rewriteRequestHeaders: (request, headers) => {
        const before = headers['x-forwarded-for']
        headers['x-forwarded-for'] = before ? `${before}, ${request.ip}` : request.ip
        headers['x-forwarded-proto'] = request.protocol
        headers['x-request-id'] = request.id
        return headers
      },
      // The plugin hands on the backend's `Connection: keep-alive`, to clients that asked for the
      // connection to close, too; these would ask on, on a connection that closes.
      rewriteHeaders: (headers) => {
        delete headers.connection
        return headers
      }
    }
  }
  app.register(proxy, {
    ...options, upstream: told.sink, prefix: '/upload', rewritePrefix: '/upload'
  })
  app.register(proxy, {
    ...options,
    upstream: '',
    replyOptions: {
      ...options.replyOptions,
      getUpstream: () => told.instances[turn++ % told.instances.length]
    }
  })
  return app
}

const tls = { key: fs.readFileSync(told.key), cert: fs.readFileSync(told.certificate) }
for (const [app, port] of [[gateway(null), told.http], [gateway(tls), told.https]]) {
  app.listen({ port, host: '127.0.0.1', backlog: 4096 }).catch((error) => {
    console.error(error.message)
    process.exit(1)
  })
}
