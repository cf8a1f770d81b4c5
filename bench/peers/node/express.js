'use strict'
// Express + http-proxy-middleware + opossum, put together as their documentation has it.

const fs = require('node:fs')
const http = require('node:http')
const https = require('node:https')
const express = require('express')
const morgan = require('morgan')
const CircuitBreaker = require('opossum')
const { createProxyMiddleware } = require('http-proxy-middleware')

const told = JSON.parse(process.argv[2])
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 512 })

function guarded (targets) {
  let turn = 0
  const proxy = createProxyMiddleware({
    target: targets[0],
    router: () => targets[turn++ % targets.length],
    agent,
    xfwd: true,
    proxyTimeout: 15000,
    on: {
      proxyRes: (answer, request) => {
        if (answer.statusCode >= 500) request.failed(new Error(`status ${answer.statusCode}`))
      },
      error: (error, request, response) => {
        // A client that hung up is no failure of the backend.
        if (response.destroyed) return
        if (!response.headersSent) response.writeHead(502)
        response.end()
        request.failed(error)
      }
    }
  })
  const breaker = new CircuitBreaker((request, response, next) => new Promise((resolve, reject) => {
    request.failed = reject
    response.once('close', resolve)
    proxy(request, response, next)
  }), { timeout: 30000, errorThresholdPercentage: 50, resetTimeout: 30000, volumeThreshold: 20 })
  return (request, response, next) => {
    breaker.fire(request, response, next).catch(() => {
      if (!response.headersSent) response.status(503).end()
    })
  }
}

const app = express()
app.disable('x-powered-by')
app.disable('etag')
app.use(morgan('combined', { stream: fs.createWriteStream(told.log, { flags: 'a' }) }))
app.use('/upload', guarded([told.sink + '/upload']))
app.use('/', guarded(told.instances))

const tls = { key: fs.readFileSync(told.key), cert: fs.readFileSync(told.certificate) }
for (const [server, port] of [
  [http.createServer(app), told.http], [https.createServer(tls, app), told.https]
]) {
  server.keepAliveTimeout = 75000
  server.listen({ port, host: '127.0.0.1', backlog: 4096 })
}
