import { openReturnDoor, type ReturnDoor } from '../mail/returns.ts'
import type { Services } from './compose.ts'

/**
 * Takes in letters that come back, where the settings say so. Null where they do not, and where another worker on this machine
 * has the door: one is enough.
 */
export async function openReturns({ config, letters, log }: Services): Promise<ReturnDoor | null> {
  const { returns } = config
  if (returns === null) return null
  try {
    const door = await openReturnDoor({
      ...{ host: returns.host, port: returns.port, knows: letters.mayReturn },
      async take(address, mail) {
        const bounce = await letters.returned(address, mail)
        // Whom it was for is in the database, not in a log.
        if (bounce !== null) log.info({ bounce }, 'A letter came back')
      },
    })
    log.info({ port: door.port }, 'Returned letters are taken in')
    return door
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EADDRINUSE') throw error
    log.warn({ port: returns.port }, 'Returned letters: the port is taken, perhaps by another worker')
    return null
  }
}
