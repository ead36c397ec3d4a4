import { connect, createServer, type Socket } from 'node:net'

export type Proxy = {
  readonly port: number
  /** From now on bytes are taken and nothing comes back, as with a server that vanished behind a firewall. */
  swallow(): void
  /** The next request that holds the text reaches the server; then its connection goes dead or is cut. */
  atRequest(text: string, then: 'swallow' | 'cut'): void
  /** So many more bytes come back from the server; then every connection is cut. */
  cutAfter(bytes: number): void
  /** Behaves again; dead connections stay dead. */
  heal(): void
  stop(): Promise<void>
}

/** A TCP proxy on the loopback interface that can fall silent. */
export async function halfOpenProxy(target: number, host = '127.0.0.1'): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let silent = false
  let left = Infinity
  let trap: { text: string; then: 'swallow' | 'cut' } | null = null

  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    let dead = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
    }
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => dead || silent || client.destroy())
    client.on('data', (bytes) => {
      if (dead || silent) return
      upstream.write(bytes)
      if (!trap || !bytes.includes(trap.text)) return
      dead = true
      if (trap.then === 'cut') client.destroy()
      trap = null
    })
    upstream.on('data', (bytes) => {
      left -= bytes.length
      if (left <= 0) client.destroy()
      else if (!dead && !silent) client.write(bytes)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    swallow: () => (silent = true),
    atRequest: (text, then) => (trap = { text, then }),
    cutAfter: (bytes) => (left = bytes),
    heal: () => {
      silent = false
      left = Infinity
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}
