import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { site } from './site.ts'
import type { Services } from './compose.ts'

export type WebServer = { readonly port: number; stop(): Promise<void> }

/** Starts the web service. Throws when the port is taken. */
export async function serve(services: Services): Promise<WebServer> {
  const { config, log } = services
  const web = await site(services)
  const server = createServer(web.app)
  // Slow clients do not hold connections for ever.
  server.headersTimeout = 15_000
  server.requestTimeout = 60_000
  server.keepAliveTimeout = 20_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.web.port, config.web.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  log.info({ port }, 'Web service is ready')
  return {
    port,
    /** Takes no new connections, answers what is under way, and ends within ten seconds. */
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      const late = setTimeout(() => server.closeAllConnections(), 10_000)
      await closed
      clearTimeout(late)
      web.close()
    },
  }
}
