import { once } from 'node:events'
import type { Socket } from 'node:net'
import { postingDoor } from '../mail/posting-door.ts'
import type { Services } from './compose.ts'

export type PostingDoor = {
  /** Opens the door, unless it is open or another worker of this machine stands there. */
  stand(): Promise<void>
  close(): Promise<void>
}

/** Answers Postfix who may write to lists with named senders, where the settings say so. */
export function standAtTheDoor({ config, lists, log }: Pick<Services, 'config' | 'lists' | 'log'>): PostingDoor {
  const { posting } = config
  if (posting === null) return { stand: () => Promise.resolve(), close: () => Promise.resolve() }
  const door = postingDoor(lists.mayPost, (error) =>
    log.error({ err: error }, 'Who may write to a list cannot be told'),
  )
  const sockets = new Set<Socket>()
  door.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  // Heard below; an unheard one would end the process.
  door.on('error', () => undefined)
  let opening: Promise<unknown> | null = null

  async function open({ host, port }: NonNullable<typeof posting>): Promise<void> {
    const listening = once(door, 'listening')
    door.listen(port, host)
    try {
      await listening
      log.info({ host, port }, 'Tells Postfix who may write to lists')
    } catch (error) {
      if ((error as { code?: unknown }).code === 'EADDRINUSE') return
      log.error({ err: error, host, port }, 'The door for lists cannot be opened')
    }
  }

  return {
    async stand() {
      if (door.listening) return
      opening ??= open(posting).finally(() => (opening = null))
      await opening
    },
    async close() {
      await opening
      for (const socket of sockets) socket.destroy()
      if (door.listening) await new Promise((done) => door.close(done))
    },
  }
}
