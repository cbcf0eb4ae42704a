/** Exits with status 0 if the server in this container is alive, otherwise with 1. */
import http from 'node:http'
import https from 'node:https'

const { GATEHOUSE_LISTEN_PORT, GATEHOUSE_TLS_CERT_FILE } = process.env
const options = { host: '127.0.0.1', port: GATEHOUSE_LISTEN_PORT || 8000, path: '/healthz', timeout: 2000 }
const client = GATEHOUSE_TLS_CERT_FILE ? https : http

// The certificate is for the public name. This request never leaves the container.
const request = client.get({ ...options, rejectUnauthorized: false }, (answer) => {
  answer.resume()
  process.exitCode = answer.statusCode === 200 ? 0 : 1
})
request.on('timeout', () => request.destroy(new Error('no response in time')))
request.on('error', () => {
  process.exitCode = 1
})
