import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { z } from 'zod'
import { TargetFault } from '../kernel/fault.ts'
import type { FaultKind } from '../kernel/fault.ts'

export type DoveadmSettings = {
  /** Where `service doveadm` listens with HTTP, e.g. `https://mail.example.vn:8443`; the path is added. */
  readonly url: string
  /** Dovecot's `doveadm_api_key`, in clear. */
  readonly apiKey: string
  /** Certificate authority in PEM for an https URL; null takes the system's. */
  readonly ca: string | null
  /** How long one POST may take, in milliseconds. */
  readonly timeoutMs: number
}

export type Command = readonly [name: string, parameters: Readonly<Record<string, unknown>>]

/** Rows as doveadm prints them, or its exit code (sysexits.h). `answer` is an object only for the command `user`. */
export type Answer = { readonly ok: true; readonly answer: unknown } | { readonly ok: false; readonly exitCode: number }

/** The exit codes of doveadm that mean something to us. */
export const EXIT = { usage: 64, dataError: 65, noSuchUser: 67, notFound: 68, temporary: 75, noPermission: 77 } as const

/** No exit code at all: the server does not know the command or one of its parameters. */
export const UNKNOWN_COMMAND = -1

const Answers = z.array(
  z.union([
    z.tuple([z.literal('doveadmResponse'), z.unknown(), z.string()]),
    z.tuple([z.literal('error'), z.object({ type: z.string(), exitCode: z.number() }), z.string()]),
  ]),
)

// Dovecot 2.3 forgets the comma after the answer to a command it does not know.
const parse = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return JSON.parse(body.replaceAll(/\]\s*\["(error|doveadmResponse)"/g, '],["$1"'))
  }
}

/** In words, for a fault's detail; what a person should look at. */
export function explain(exitCode: number): string {
  if (exitCode === EXIT.noSuchUser)
    return 'Dovecot knows no such user (67): its look-up in the directory finds no entry'
  if (exitCode === EXIT.temporary)
    return 'Dovecot could not look it up or open the store (75): is its directory reachable? The reason is in its log'
  if (exitCode === EXIT.noPermission) return 'Dovecot may not touch the store (77): look at the owner of the mail home'
  if (exitCode === EXIT.notFound) return 'Dovecot found no such path (68)'
  if (exitCode === UNKNOWN_COMMAND)
    return 'Dovecot does not know this command: version 2.3 with the quota plugin is needed'
  return `doveadm ended with exit code ${exitCode}; the reason is in Dovecot's log`
}

/** 75 says "not now" and nothing was done, so it may be tried again; every other code wants a person. */
export const kindOf = (exitCode: number): FaultKind => (exitCode === EXIT.temporary ? 'unreachable' : 'refused')

export type Doveadm = {
  /**
   * Runs commands in one POST, one after the other, and answers in their order. `mutates` says whether a cut or a
   * time-out leaves the outcome unknown. Throws TargetFault.
   */
  run(commands: readonly Command[], options: { readonly mutates: boolean }): Promise<Answer[]>
  /** The names of the commands that the server knows, and its clock. Throws TargetFault. */
  describe(): Promise<{ readonly commands: ReadonlySet<string>; readonly clock: Date | null }>
  close(): void
}

type Reply = { readonly status: number; readonly body: string; readonly date: string | undefined }

/**
 * Dovecot's HTTP API. Connections are asked to be kept although Dovecot 2.3 closes each after its answer: to a POST that
 * says `Connection: close` and carries a wrong key it never answers at all.
 */
export function doveadm(settings: DoveadmSettings): Doveadm {
  const url = new URL('/doveadm/v1', settings.url)
  const secure = url.protocol === 'https:'
  const http = new HttpAgent({ keepAlive: true })
  const https = new HttpsAgent({ keepAlive: true, ...(settings.ca !== null && { ca: settings.ca }) })
  const authorization = `X-Dovecot-API ${Buffer.from(settings.apiKey).toString('base64')}`
  const at = `${url.host} (DOVEADM_URL)`

  const exchange = (body: string | null, mutates: boolean): Promise<Reply> =>
    new Promise((resolve, reject) => {
      let connected = false
      const fail = (reason: string, cause?: Error): void => {
        const kind = connected && mutates ? 'outcome-unknown' : 'unreachable'
        reject(new TargetFault({ kind, detail: `Dovecot at ${at}: ${reason}` }, { cause }))
      }
      const options = {
        method: body === null ? 'GET' : 'POST',
        headers: {
          authorization,
          'content-type': 'application/json',
          ...(body !== null && { 'content-length': Buffer.byteLength(body) }),
        },
      }
      const request = secure
        ? httpsRequest(url, { ...options, agent: https })
        : httpRequest(url, { ...options, agent: http })
      const deadline = setTimeout(() => {
        fail(`no answer within ${settings.timeoutMs} ms`)
        request.destroy()
      }, settings.timeoutMs)
      request.on('socket', (socket) => {
        connected = request.reusedSocket
        socket.once(secure ? 'secureConnect' : 'connect', () => (connected = true))
      })
      request.on('error', (error) => fail(error.message || 'the connection failed', error))
      request.on('close', () => clearTimeout(deadline))
      request.on('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', (error) => fail('the connection was cut in the middle of the answer', error))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString(),
            date: response.headers.date,
          }),
        )
      })
      request.end(body ?? undefined)
    })

  const talk = async (body: string | null, mutates: boolean): Promise<Reply> => {
    const reply = await exchange(body, mutates)
    if (reply.status === 200) return reply
    if (reply.status === 401 || reply.status === 403)
      throw new TargetFault({
        kind: 'refused',
        detail: `Dovecot at ${at} refuses the key: DOVEADM_API_KEY must equal doveadm_api_key of Dovecot`,
      })
    const kind = reply.status < 500 ? 'refused' : mutates ? 'outcome-unknown' : 'unreachable'
    throw new TargetFault({ kind, detail: `Dovecot at ${at} answered HTTP ${reply.status}` })
  }

  return {
    async run(commands, { mutates }) {
      if (commands.length === 0) return []
      const tagged = commands.map(([name, parameters], index) => [name, parameters, String(index)])
      const { body } = await talk(JSON.stringify(tagged), mutates)
      const answers = new Map<string, Answer>()
      const answerOf = (index: number): Answer => {
        const answer = answers.get(String(index))
        if (answer === undefined) throw new Error(`no answer to command ${index}`)
        return answer
      }
      try {
        for (const [type, content, tag] of Answers.parse(parse(body))) {
          if (type === 'doveadmResponse') answers.set(tag, { ok: true, answer: content })
          else
            answers.set(tag, { ok: false, exitCode: content.type === 'exitCode' ? content.exitCode : UNKNOWN_COMMAND })
        }
        return commands.map((_, index) => answerOf(index))
      } catch (cause) {
        const kind = mutates ? 'outcome-unknown' : 'refused'
        throw new TargetFault({ kind, detail: `${at} does not answer as Dovecot's doveadm does` }, { cause })
      }
    },
    async describe() {
      const { body, date } = await talk(null, false)
      try {
        const rows = z.array(z.object({ command: z.string() })).parse(JSON.parse(body))
        return { commands: new Set(rows.map((row) => row.command)), clock: date === undefined ? null : new Date(date) }
      } catch (cause) {
        throw new TargetFault({ kind: 'refused', detail: `${at} does not answer as Dovecot's doveadm does` }, { cause })
      }
    },
    close() {
      http.destroy()
      https.destroy()
    },
  }
}
