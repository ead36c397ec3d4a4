import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server'

/** What came back, read as far as it could be; the rest of it is thrown away. */
export type ReturnedMail = {
  /** The text of its part message/delivery-status (RFC 3464); null where it has none. */
  readonly deliveryStatus: string | null
  readonly subject: string
  /** Whether it came with an empty envelope sender, as reports do. */
  readonly fromNobody: boolean
}

export type ReturnDoor = { readonly port: number; close(): Promise<void> }

/** A report with the letter in it is some kilobytes; nobody needs to send us more. */
const LARGEST = 1024 ** 2
const STATUS_TYPES = ['message/delivery-status', 'message/global-delivery-status']

class Reply extends Error {
  readonly responseCode: number
  constructor(responseCode: number, text: string) {
    super(text)
    this.responseCode = responseCode
  }
}

/** Reads what came back. Never throws: what cannot be read is a mail without a report. */
export async function readReturned(raw: Buffer, fromNobody: boolean): Promise<ReturnedMail> {
  try {
    const mail = await simpleParser(raw, {
      ...{ keepDeliveryStatus: true, skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true },
      skipTextLinks: true,
    })
    const status = mail.attachments.find(({ contentType }) => STATUS_TYPES.includes(contentType.toLowerCase()))
    return { deliveryStatus: status?.content.toString('utf8') ?? null, subject: mail.subject ?? '', fromNobody }
  } catch {
    return { deliveryStatus: null, subject: '', fromNobody }
  }
}

async function wholeOf(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as Readable as AsyncIterable<Buffer>) if (!stream.sizeExceeded) chunks.push(chunk)
  if (stream.sizeExceeded) throw new Reply(552, '5.3.4 Message too big')
  return Buffer.concat(chunks)
}

/**
 * An LMTP server (RFC 2033) for letters that come back: the mail server hands in what arrives at a return address. `knows` says
 * whether an address is one; all others are refused. `take` remembers what it is told; what it throws is answered with
 * "later", and the mail server keeps the report. Listens when this returns; throws when the port is taken.
 */
export async function openReturnDoor(options: {
  readonly host: string
  readonly port: number
  readonly knows: (address: string) => boolean
  readonly take: (address: string, mail: ReturnedMail) => Promise<void>
}): Promise<ReturnDoor> {
  const { host, port, knows, take } = options
  const answer = (work: Promise<void>, callback: (error?: Error | null) => void): void => {
    work.then(
      () => callback(),
      (error: unknown) => callback(error instanceof Reply ? error : new Reply(451, '4.3.0 Not now')),
    )
  }
  const server = new SMTPServer({
    ...{ lmtp: true, banner: 'Congvu', size: LARGEST, maxClients: 20, socketTimeout: 60_000, closeTimeout: 1_000 },
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onRcptTo({ address }, session, callback) {
      if (!knows(address)) callback(new Reply(550, '5.1.1 No such return address'))
      else if (session.envelope.rcptTo.length > 0) callback(new Reply(452, '4.5.3 One at a time'))
      else callback()
    },
    onData(stream, session, callback) {
      const { mailFrom, rcptTo } = session.envelope
      const fromNobody = mailFrom === false || mailFrom.address === ''
      const work = async (): Promise<void> => {
        const mail = await readReturned(await wholeOf(stream), fromNobody)
        for (const { address } of rcptTo) await take(address, mail)
      }
      answer(work(), callback)
    },
  })
  // A client that breaks off is nobody's trouble here, but an unheard error would end the process.
  const listening = once(server.server, 'listening')
  server.on('error', () => undefined)
  server.listen(port, host)
  await listening
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((done) => server.close(() => done())),
  }
}
