import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Readable } from 'node:stream'
import { simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import type { Certificates } from './certificates.ts'
import { freePort } from './ports.ts'

export type Letter = {
  /** The envelope's sender and receivers; the letter's own headers may say something else. */
  readonly sender: string
  readonly receivers: readonly string[]
  readonly from: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly messageId: string
  readonly raw: string
}

export type Sink = {
  readonly port: number
  /** Everything that arrived, in order. */
  letters(): readonly Letter[]
  /** The first letter to an address, past or to come, that fits. Throws when none came in time (milliseconds). */
  waitFor(address: string, fits?: (letter: Letter) => boolean, ms?: number): Promise<Letter>
  clear(): void
  start(): Promise<void>
  stop(): Promise<void>
}

const read = async (stream: Readable) => {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(Buffer.from(part as Uint8Array))
  return Buffer.concat(parts)
}

/** Domains at which the rest of the world does not take a letter, and what it says. */
const REFUSING: Readonly<Record<string, string>> = {
  'khong-co.example': '550 5.1.1 User unknown',
  'day.example': '552 5.2.2 Mailbox full',
  'cham.example': '451 4.3.0 Try again later',
}

/** The rest of the world: an SMTP server that accepts every letter but to a few domains, and keeps it. StartTLS when given a certificate. */
export async function startSink(
  options: { readonly port?: number; readonly certificates?: Certificates } = {},
): Promise<Sink> {
  const port = options.port ?? (await freePort())
  let kept: Letter[] = []
  let server: SMTPServer | undefined

  function make() {
    const tls = options.certificates && {
      key: readFileSync(options.certificates.keyFile),
      cert: readFileSync(options.certificates.certFile),
    }
    const made = new SMTPServer({
      ...tls,
      name: 'sink.example',
      authOptional: true,
      disabledCommands: tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      logger: false,
      closeTimeout: 500,
      onRcptTo({ address }, _session, done) {
        const domain = address.split('@')[1] ?? ''
        // Nobody has an address there (RFC 2606).
        const said = REFUSING[domain] ?? (domain.endsWith('.invalid') ? '550 5.1.2 No such domain' : undefined)
        if (said === undefined) done()
        else done(Object.assign(new Error(said.slice(4)), { responseCode: Number(said.slice(0, 3)) }))
      },
      onData(stream, session, done) {
        void (async () => {
          const raw = await read(stream)
          const mail = await simpleParser(raw)
          kept.push({
            sender: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
            receivers: session.envelope.rcptTo.map((receiver) => receiver.address),
            from: mail.from?.text ?? '',
            subject: mail.subject ?? '',
            text: mail.text ?? '',
            html: mail.html === false || mail.html === undefined ? '' : mail.html,
            messageId: mail.messageId ?? '',
            raw: raw.toString('utf8'),
          })
          done()
        })().catch((error: unknown) => {
          done(error as Error)
        })
      },
    })
    // A client that breaks off is no trouble of ours.
    made.on('error', () => undefined)
    return made
  }

  const sink: Sink = {
    port,
    letters: () => kept,
    clear: () => {
      kept = []
    },
    async waitFor(address, fits = () => true, ms = 10_000) {
      const wanted = address.toLowerCase()
      const deadline = Date.now() + ms
      while (true) {
        const found = kept.find(
          (letter) => letter.receivers.some((one) => one.toLowerCase() === wanted) && fits(letter),
        )
        if (found) return found
        if (Date.now() > deadline) throw new Error(`No such letter to ${address} within ${ms} ms`)
        await pause(20)
      }
    },
    start: () =>
      new Promise((resolve, reject) => {
        server ??= make()
        server.once('error', reject)
        server.listen(port, '127.0.0.1', () => resolve())
      }),
    stop: () =>
      new Promise((resolve) => {
        if (!server) {
          resolve()
          return
        }
        server.close(() => resolve())
        server = undefined
      }),
  }
  await sink.start()
  return sink
}
