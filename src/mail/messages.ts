import { Readable } from 'node:stream'
import { createTransport } from 'nodemailer'
import type { SendMailOptions } from 'nodemailer'
import { EmailAddress } from '../kernel/email-address.ts'
import { TargetFault } from '../kernel/fault.ts'
import type { Fault, Finding } from '../kernel/fault.ts'

export type SenderSettings = {
  /** `smtp://host:587`, `smtps://…`, with `user:password@` where the server asks for it. */
  readonly url: string
  /** Certificate authority in PEM. With one, TLS is required; without, STARTTLS is used where offered (not on loopback). */
  readonly ca: string | null
  /** The address that letters come from, in the envelope and in the header. */
  readonly from: string
  readonly timeoutMs: number
}

export type LetterToSend = {
  /** With its angle brackets. The same for every attempt, so that a second copy can be recognised (RFC 5322 3.6.4). */
  readonly messageId: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html?: string
  /** Content-Language (RFC 3282); Vietnamese when absent. */
  readonly language?: 'vi' | 'en'
  /** The envelope's sender, where undeliverable letters go back to; the address that letters come from when absent. */
  readonly returnTo?: string | null
}

export type LetterSender = {
  /**
   * Hands one letter to the mail server. Throws TargetFault: `unreachable` for no connection and for 4xx (nothing was
   * taken, try again later), `refused` for 5xx and for what could never be sent, `outcome-unknown` when the connection
   * broke after the text had begun to go out.
   */
  send(letter: LetterToSend): Promise<void>
  /** For `doctor`: connection, TLS and sign-in, without sending anything. Never throws. */
  check(): Promise<Finding[]>
  close(): Promise<void>
}

const MESSAGE_ID = /^<[!-;=?A-Z[-~^-z]{1,120}@[a-z0-9.-]{1,120}>$/i
const CONTROL = /[\0-\x1f\x7f\u0085\u2028\u2029]/
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Nodemailer's errors as it documents them: its own code, and the reply's code where the server spoke. */
type SmtpError = Error & { readonly code?: string; readonly responseCode?: number; readonly response?: string }

function faultOf(error: SmtpError, url: URL, begun: boolean): Fault {
  const at = `${url.host} (SMTP_URL)`
  const said = error.responseCode
  const answered = `the mail server ${at} answered ${error.response ?? String(said)}`
  if (error.code === 'EAUTH' || said === 535)
    return { kind: 'refused', detail: `user or password refused: ${answered}` }
  if (said !== undefined && said >= 500) return { kind: 'refused', detail: answered }
  if (said !== undefined && said >= 400) return { kind: 'unreachable', detail: `${answered}: not now` }
  if (begun)
    return {
      kind: 'outcome-unknown',
      detail: `the connection to ${at} broke after the text was sent: ${error.message}`,
    }
  if (error.code === 'EENVELOPE' || error.code === 'EMESSAGE') return { kind: 'refused', detail: error.message }
  return { kind: 'unreachable', detail: `the mail server ${at}: ${error.message}` }
}

/** Throws `refused` for what must not reach a header or an envelope. */
function sound(letter: LetterToSend): SendMailOptions {
  const refuse = (what: string): never => {
    throw new TargetFault({ kind: 'refused', detail: `the letter's ${what} is not well formed` })
  }
  const to = EmailAddress.safeParse(letter.to).data ?? refuse('recipient')
  if (!MESSAGE_ID.test(letter.messageId)) refuse('Message-ID')
  if (CONTROL.test(letter.subject)) refuse('subject')
  const back =
    letter.returnTo == null ? null : (EmailAddress.safeParse(letter.returnTo).data ?? refuse('return address'))
  return {
    // A report of failure or delay is asked for, with the headers only (RFC 3461).
    ...(back !== null && { envelope: { from: back, to }, dsn: { return: 'headers', notify: ['failure', 'delay'] } }),
    messageId: letter.messageId,
    // As an object: nothing in it is parsed as a list of addresses.
    to: { name: '', address: to },
    subject: letter.subject,
    text: letter.text,
    ...(letter.html !== undefined && { html: letter.html }),
    headers: {
      // RFC 3834: no out-of-office answers to a machine.
      'Auto-Submitted': 'auto-generated',
      'Content-Language': letter.language ?? 'vi',
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** Sends letters through one mail server over a few kept connections. */
export function letterSender(settings: SenderSettings): LetterSender {
  const url = new URL(settings.url)
  const secure = url.protocol === 'smtps:'
  const plainLoopback = !secure && settings.ca === null && LOOPBACK.has(url.hostname)
  const transport = createTransport({
    pool: true,
    maxConnections: 4,
    maxMessages: 500,
    // The outbox tries again, and knows what may have happened; the pool would do it unasked.
    maxRequeues: 0,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (secure ? 465 : 25),
    secure,
    ignoreTLS: plainLoopback,
    requireTLS: settings.ca !== null && !secure,
    ...(settings.ca !== null && { tls: { ca: settings.ca } }),
    ...(url.username !== '' && {
      auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    }),
    connectionTimeout: settings.timeoutMs,
    greetingTimeout: settings.timeoutMs,
    socketTimeout: settings.timeoutMs,
    dnsTimeout: settings.timeoutMs,
  })

  // Nodemailer asks for the text only after the server's 354: the first pull is the moment from which it may have gone.
  const begun = new Set<string>()
  transport.use('stream', (mail, next) => {
    const id = mail.data.messageId ?? ''
    mail.message.processFunc((source) => {
      const pulled = async function* (): AsyncGenerator<Buffer> {
        begun.add(id)
        yield* source as AsyncIterable<Buffer>
      }
      return Readable.from(pulled(), { objectMode: false, highWaterMark: 0 })
    })
    next()
  })

  return {
    async send(letter) {
      const mail = { ...sound(letter), from: { name: '', address: settings.from } }
      try {
        await transport.sendMail(mail)
      } catch (error) {
        const cause = error as SmtpError
        throw new TargetFault(faultOf(cause, url, begun.has(letter.messageId)), { cause })
      } finally {
        begun.delete(letter.messageId)
      }
    },
    async check() {
      const check = 'letters: mail server'
      try {
        await transport.verify()
        return [{ check, ok: true, detail: `${url.host} takes mail` }]
      } catch (error) {
        const fault = faultOf(error as SmtpError, url, false)
        const remedy =
          fault.kind === 'refused'
            ? 'Correct user and password in SMTP_URL, and let the server accept mail from this machine'
            : 'Start the mail server, and compare SMTP_URL and SMTP_CA_FILE with where it listens and its certificate'
        return [{ check, ok: false, detail: fault.detail, remedy }]
      }
    },
    close() {
      transport.close()
      return Promise.resolve()
    },
  }
}
