import { createServer, type Server, type Socket } from 'node:net'

/** Whether the person signed in as `login` (null: nobody) may write to this address. */
export type MayPost = (login: string | null, recipient: string) => Promise<boolean>

const LONGEST = 16_384
const IDLE_MS = 600_000
const SAYS = {
  yes: 'DUNNO',
  no: '550 5.7.1 Only people named for this list may write to it',
  later: '451 4.3.0 Who may write to this list cannot be told now; try again later',
} as const

/**
 * The door at which Postfix asks who may write to a list with named senders, in its policy delegation protocol
 * (SMTPD_POLICY_README): `name=value` lines up to an empty one, answered by an action; one question after the other on a
 * connection. Where it cannot be told, and where nobody stands at the door, Postfix says "later" and nothing is let through.
 */
export function postingDoor(mayPost: MayPost, onFault: (error: unknown) => void): Server {
  async function answer(question: string): Promise<string> {
    const attributes = new Map(
      question.split('\n').map((line): [string, string] => {
        const at = line.indexOf('=')
        return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)]
      }),
    )
    const recipient = attributes.get('recipient') ?? ''
    if (attributes.get('request') !== 'smtpd_access_policy' || recipient === '') return SAYS.later
    try {
      return (await mayPost(attributes.get('sasl_username') || null, recipient)) ? SAYS.yes : SAYS.no
    } catch (error) {
      onFault(error)
      return SAYS.later
    }
  }

  function serve(socket: Socket): void {
    let text = ''
    let working = Promise.resolve()
    socket.setEncoding('utf8')
    socket.setTimeout(IDLE_MS, () => socket.destroy())
    // Whoever breaks off asks again.
    socket.on('error', () => undefined)
    socket.on('data', (part: string) => {
      text += part
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const question = text.slice(0, end)
        text = text.slice(end + 2)
        working = working.then(async () => {
          const action = await answer(question)
          if (!socket.destroyed) socket.write(`action=${action}\n\n`)
        })
      }
      if (text.length > LONGEST) socket.destroy()
    })
  }
  return createServer(serve)
}
