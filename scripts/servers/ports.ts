import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

const given = new Set<number>()

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })

/**
 * Free TCP ports of 127.0.0.1, each given once in this process. They lie below the range that systems take for outgoing
 * connections, so that a server that is stopped finds its port free when it starts again.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  for (let tries = 0; ports.length < count; tries++) {
    if (tries > 1000) throw new Error('No free TCP ports between 15000 and 32000')
    const port = randomInt(15_000, 32_000)
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) ports.push(port)
  }
  return ports
}

/** One free TCP port. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1)
  return port ?? 0
}
