import { SMTPServer } from 'smtp-server'
import type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server'
import { EmailAddress } from '../kernel/email-address.ts'
import { goesNowhere, type EmbeddedReturns } from './embedded-returns.ts'
import { outsideName } from './maildrop.ts'
import type { Maildrop, Place } from './maildrop.ts'

/**
 * Whose mailboxes an address of our domain reaches: one, or a group's members; null or none when nobody has it, `closed`
 * where only people who have signed in may write, which nobody can here.
 */
export type Resolve = (address: string) => Promise<readonly { readonly login: string }[] | 'closed' | null>

const LARGEST = 25 * 1024 ** 2

class Reply extends Error {
  readonly responseCode: number
  constructor(responseCode: number, text: string) {
    super(text)
    this.responseCode = responseCode
  }
}

const sizeOf = async (drop: Maildrop, place: Place): Promise<number> =>
  (await drop.letters(place)).reduce((sum, letter) => sum + letter.bytes, 0)

/** Where a recipient's copies go. Throws the SMTP reply that refuses it (RFC 5321, RFC 3463). */
async function placesFor(raw: string, domain: string, resolve: Resolve, drop: Maildrop): Promise<Place[]> {
  const address = EmailAddress.safeParse(raw).data
  if (address === undefined) throw new Reply(553, '5.1.3 Bad destination mailbox address syntax')
  if (!address.endsWith(`@${domain}`)) {
    const name = outsideName(address)
    if (name.length > 200) throw new Reply(553, '5.1.3 Address too long for this demonstration')
    return [{ kind: 'outside', name }]
  }
  const holders = await resolve(address).catch(() => {
    throw new Reply(451, '4.3.0 The directory does not answer')
  })
  if (holders === 'closed') throw new Reply(550, '5.7.1 Only members of the province may write to this list')
  if (holders === null || holders.length === 0)
    throw new Reply(550, `5.1.1 <${address}>: Recipient address rejected: User unknown`)
  const places = holders.map(({ login }): Place => ({ kind: 'mailboxes', name: login }))
  const [only] = places
  if (places.length === 1 && only) {
    const settings = await drop.settings(only)
    if (settings && (await sizeOf(drop, only)) >= settings.quotaMb * 1024 ** 2)
      throw new Reply(452, '4.2.2 Mailbox full')
  }
  return places
}

async function wholeOf(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) if (!stream.sizeExceeded) chunks.push(chunk)
  if (stream.sizeExceeded) throw new Reply(552, '5.3.4 Message too big')
  return Buffer.concat(chunks)
}

/** An SMTP server that keeps everything in the maildrop and relays nothing; with `returns`, it sends back what goes nowhere. */
export function embeddedSmtp(options: {
  drop: Maildrop
  domain: string
  resolve: Resolve
  returns: EmbeddedReturns | null
}): SMTPServer {
  const { drop, domain, resolve, returns } = options
  // The places of the transaction in each session, with the address that led there.
  const recipients = new Map<string, Map<string, { place: Place | null; address: string }>>()

  const deliver = async (stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> => {
    const message = await wholeOf(stream)
    const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address
    const at = new Date()
    for (const { place, address } of recipients.get(session.id)?.values() ?? []) {
      if (place === null) {
        if (returns?.isReturn(address)) await returns.hand(address, from, message)
        else void returns?.report(from, address, message)
        continue
      }
      const trace = `Return-Path: <${from}>\r\nDelivered-To: ${address}\r\n`
      await drop.deliver(place, Buffer.concat([Buffer.from(trace), message]), at)
    }
  }

  const answer = (work: Promise<void>, callback: (error?: Error | null) => void): void => {
    work.then(
      () => callback(),
      (error: unknown) => callback(error instanceof Reply ? error : new Reply(451, '4.3.0 Local error')),
    )
  }

  const server = new SMTPServer({
    banner: 'Congvu demonstration',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: LARGEST,
    socketTimeout: 60_000,
    onMailFrom(_address, session, callback) {
      recipients.set(session.id, new Map())
      callback()
    },
    onRcptTo({ address }, session, callback) {
      const known = EmailAddress.safeParse(address).data
      if (known !== undefined && returns !== null && (returns.isReturn(known) || goesNowhere(known))) {
        recipients.get(session.id)?.set(known, { place: null, address: known })
        callback()
        return
      }
      const work = placesFor(address, domain, resolve, drop).then((places) => {
        for (const place of places) recipients.get(session.id)?.set(`${place.kind}/${place.name}`, { place, address })
      })
      answer(work, callback)
    },
    onData: (stream, session, callback) => answer(deliver(stream, session), callback),
    onClose: (session) => recipients.delete(session.id),
  })
  // A client that breaks off is nobody's trouble here, but an unheard error would end the process.
  server.on('error', () => undefined)
  return server
}
