import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { embeddedPages } from './embedded-pages.ts'
import { embeddedReturns } from './embedded-returns.ts'
import { embeddedSmtp } from './embedded-smtp.ts'
import type { Resolve } from './embedded-smtp.ts'
import { maildrop } from './maildrop.ts'

export type EmbeddedMailSettings = {
  readonly folder: string
  /** Mail for this domain must be for somebody whom the directory knows; all other mail is kept, and never sent out. */
  readonly domain: string
  /** The address to listen on; loopback unless the demo says otherwise. */
  readonly host?: string
  /** 0 takes a free one. */
  readonly smtpPort: number
  readonly webPort: number
  readonly resolve: Resolve
  /** Where letters that cannot be delivered come back, and the port of who reads them; without, they are kept like any other. */
  readonly returns?: { readonly address: string; readonly port: number }
}

export type EmbeddedMailServer = { readonly smtpPort: number; readonly webPort: number; close(): Promise<void> }

/**
 * The demo's mail server: SMTP that keeps everything in the folder, and pages to read it. Both listen when this returns;
 * throws when a port is taken.
 */
export async function startEmbeddedMail(settings: EmbeddedMailSettings): Promise<EmbeddedMailServer> {
  const { folder, domain, host = '127.0.0.1', smtpPort, webPort, resolve } = settings
  const drop = maildrop(folder)
  const returns = settings.returns ? embeddedReturns(settings.returns) : null
  const smtp = embeddedSmtp({ drop, domain: domain.toLowerCase(), resolve, returns })
  const web = embeddedPages(drop)
  const closeSmtp = (): Promise<void> => new Promise((done) => smtp.close(() => done()))

  smtp.listen(smtpPort, host)
  await once(smtp.server, 'listening')
  try {
    web.listen(webPort, host)
    await once(web, 'listening')
  } catch (error) {
    await closeSmtp()
    throw error
  }
  return {
    smtpPort: (smtp.server.address() as AddressInfo).port,
    webPort: (web.address() as AddressInfo).port,
    async close() {
      web.closeAllConnections()
      await Promise.all([closeSmtp(), new Promise((done) => web.close(done))])
    },
  }
}
