import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { createTransport } from 'nodemailer'

/** What the embedded mail server does with letters that nobody can receive: it sends them back, as a real one would. */
export type EmbeddedReturns = {
  /** Whether an address is one that letters come back to. */
  readonly isReturn: (address: string) => boolean
  /** Hands a letter for such an address to whoever reads them (LMTP). Throws when nobody does. */
  hand(address: string, from: string, raw: Buffer): Promise<void>
  /** Tells the sender of a letter that one of its receivers does not exist; tries for some seconds, then lets it be. */
  report(sender: string, receiver: string, raw: Buffer): Promise<void>
}

/** Nobody has an address there, by RFC 2606: what is sent to it comes back. */
export const goesNowhere = (address: string): boolean => address.endsWith('.invalid')

const TRIES = 10

export function embeddedReturns(settings: { readonly address: string; readonly port: number }): EmbeddedReturns {
  const [local = '', domain = ''] = settings.address.split('@')
  const isReturn = (address: string) => address.startsWith(`${local}+`) && address.endsWith(`@${domain}`)
  const door = createTransport({
    ...{ host: '127.0.0.1', port: settings.port, lmtp: true, ignoreTLS: true },
    ...{ connectionTimeout: 2_000, greetingTimeout: 2_000, socketTimeout: 5_000 },
  })
  async function hand(address: string, from: string, raw: Buffer): Promise<void> {
    const { rejected, response } = await door.sendMail({ envelope: { from, to: address }, raw })
    if (rejected.length > 0) throw new Error(response)
  }
  return {
    isReturn,
    hand,
    async report(sender, receiver, raw) {
      if (!isReturn(sender)) return
      for (let tries = 1; tries <= TRIES; tries++)
        try {
          await hand(sender, '', reportOn(domain, receiver, raw))
          return
        } catch {
          await setTimeout(1_000, null, { ref: false })
        }
    },
  }
}

/** A report of failure (RFC 3464) with the letter's headers. */
function reportOn(domain: string, receiver: string, raw: Buffer): Buffer {
  const end = raw.indexOf('\r\n\r\n')
  const headers = raw.subarray(0, end < 0 ? Math.min(raw.length, 4_000) : end)
  const mark = randomUUID()
  const head = [
    `From: Mail Delivery System <mailer-daemon@${domain}>`,
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${mark}"`,
    ...['', `--${mark}`, 'Content-Type: text/plain', '', `<${receiver}>: there is no such domain`],
    ...[`--${mark}`, 'Content-Type: message/delivery-status', '', `Reporting-MTA: dns; mail.${domain}`, ''],
    ...[`Final-Recipient: rfc822; ${receiver}`, 'Action: failed', 'Status: 5.1.2'],
    'Diagnostic-Code: smtp; 550 5.1.2 There is no such domain',
    ...['', `--${mark}`, 'Content-Type: text/rfc822-headers', '', ''],
  ].join('\r\n')
  return Buffer.concat([Buffer.from(head), headers, Buffer.from(`\r\n\r\n--${mark}--\r\n`)])
}
