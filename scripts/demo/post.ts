import { readFileSync } from 'node:fs'
import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'
import { browser, type WebPage } from './browser.ts'
import type { DemoServers, Door } from './servers.ts'
import { until } from './steps.ts'

type Mail = { readonly from: string; readonly to: string; readonly subject: string }
export type Account = { readonly address: string; readonly password: string }

const WAIT_MS = 15_000

/** Mail as its users have it: sending by SMTP and submission, reading by IMAP and on the demo's pages. */
export function postOf(servers: DemoServers) {
  const tls = servers.caFile === null ? {} : { tls: { ca: readFileSync(servers.caFile) } }
  const pages = browser(servers.mailPage)

  /** The server's answer: 250 for accepted mail, else what it refused with. Throws when there is no answer. */
  async function send(door: Door, mail: Mail, as: Account | null): Promise<{ code: number; said: string }> {
    const auth = as === null ? {} : { requireTLS: true, auth: { user: as.address, pass: as.password } }
    const transport = createTransport({ host: door.host, port: door.port, secure: false, ...tls, ...auth })
    try {
      const { response } = await transport.sendMail({
        ...mail,
        text: 'Kính gửi đồng chí,\n\nThư thử của bản dùng thử.\n',
      })
      return { code: Number(response.slice(0, 3)), said: response }
    } catch (error) {
      const { responseCode, response } = error as { responseCode?: number; response?: string }
      if (responseCode === undefined) throw error
      return { code: responseCode, said: response ?? '' }
    } finally {
      transport.close()
    }
  }

  /** The letter that fits, on the pages of the demo, once it has arrived there. */
  const onPages = (box: string, subject: string): Promise<WebPage> =>
    until(`A letter “${subject}”`, WAIT_MS, async () => {
      const list = await pages.get(box)
      const link = [...list.html.matchAll(/<a href="([^"]+\.eml[^"]*)">([^<]*)</g)].find(([, , shown]) =>
        shown?.includes(subject),
      )
      return link?.[1] === undefined ? null : pages.get(link[1].replaceAll('&amp;', '&'))
    })

  return {
    send: (mail: Mail) => send(servers.smtp, mail, null),

    /** From a person's mail program; signed in as `as`. */
    submit(as: Account, mail: Mail): Promise<{ code: number; said: string }> {
      if (!servers.submission) throw new Error('There is no submission here')
      return send(servers.submission, mail, as)
    },

    /** A letter to an address elsewhere. */
    letterTo: (address: string, subject: string): Promise<WebPage> =>
      // The folder's name is the address in URL encoding; so is the folder's name in the page's address.
      onPages(`/outside/${encodeURIComponent(encodeURIComponent(address))}`, subject),

    /** A letter in an official mailbox, where the pages show these. */
    async storedFor(address: string, subject: string): Promise<WebPage> {
      const home = await pages.get('/')
      const box = [...home.html.matchAll(/<a href="(\/mailboxes\/[^"?]+)[^"]*">([^<]*)</g)].find(([, , shown]) =>
        shown?.startsWith(`${address} `),
      )
      if (box?.[1] === undefined) throw new Error(`The pages show no mailbox of ${address}`)
      return onPages(box[1], subject)
    },

    /** Signs in over IMAP and waits for the letter; answers the sender that it names. */
    async read(as: Account, subject: string): Promise<string> {
      if (!servers.imap) throw new Error('There is no IMAP here')
      const client = new ImapFlow({
        ...{ host: servers.imap.host, port: servers.imap.port, secure: true, logger: false, ...tls },
        auth: { user: as.address, pass: as.password },
      })
      client.on('error', () => undefined)
      await client.connect()
      try {
        return await until(`A letter “${subject}”`, WAIT_MS, async () => {
          await client.mailboxOpen('INBOX')
          for await (const message of client.fetch('1:*', { envelope: true }))
            if (message.envelope?.subject === subject) return message.envelope.from?.[0]?.address ?? ''
          await client.mailboxClose()
          return null
        })
      } finally {
        await client.logout()
      }
    },
  }
}
