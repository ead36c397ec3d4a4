import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { Servers } from '../../scripts/servers/all.ts'

/** So many receivers of one letter are allowed, at most. */
const AT_ONCE = 500

/**
 * Asks a mail server again and again whether it would take a letter to these addresses, until it is stopped; answers what was sent
 * back for ever (5xx, RFC 5321), and how often each address was taken.
 */
export function knocking(door: Servers['smtp'], addresses: readonly string[]) {
  const refused: string[] = []
  let rounds = 0
  let isOver = false

  async function once(some: readonly string[]): Promise<void> {
    const socket = connect(door.port, door.host)
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
    const answer = async (): Promise<string> => {
      for (;;) {
        const { value, done } = await lines.next()
        if (done === true) throw new Error('The mail server went away')
        if (!/^\d{3}-/.test(value)) return value
      }
    }
    const ask = (command: string) => {
      socket.write(`${command}\r\n`)
      return answer()
    }
    try {
      await answer()
      await ask('HELO client.example')
      await ask('MAIL FROM:<dan@example.com>')
      for (const address of some) {
        const said = await ask(`RCPT TO:<${address}>`)
        if (said.startsWith('5')) refused.push(said)
      }
      await ask('QUIT')
    } finally {
      socket.destroy()
    }
  }

  const knocks = (async () => {
    while (!isOver) {
      for (let start = 0; start < addresses.length; start += AT_ONCE)
        await once(addresses.slice(start, start + AT_ONCE))
      rounds++
    }
  })()
  // Heard when it is stopped.
  knocks.catch(() => undefined)

  return {
    async stop(): Promise<{ refused: readonly string[]; rounds: number }> {
      isOver = true
      await knocks
      return { refused, rounds }
    },
  }
}
