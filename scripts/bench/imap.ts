import { connect } from 'node:tls'

export type ImapDoor = { readonly host: string; readonly port: number; readonly ca: Buffer }

/** One try to sign in over IMAP (RFC 9051) with TLS from the first byte; whether the server said OK. */
function tryLogin(door: ImapDoor, user: string, password: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: door.host, port: door.port, ca: door.ca })
    let text = ''
    let greeted = false
    socket.setNoDelay(true)
    socket.setTimeout(10_000, () => socket.destroy(new Error('The IMAP server does not answer')))
    socket.on('error', reject)
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (!greeted && text.startsWith('* OK') && text.includes('\r\n')) {
        greeted = true
        socket.write(`a LOGIN "${user}" "${password}"\r\n`)
      }
      const answer = /^a (OK|NO|BAD)\b/m.exec(text)
      if (!answer) return
      socket.end('b LOGOUT\r\n')
      resolve(answer[1] === 'OK')
    })
  })
}

/** Signs in, trying until it succeeds; answers how many tries it took. Throws after ten seconds. */
export async function imapLogin(door: ImapDoor, user: string, password: string): Promise<number> {
  const end = performance.now() + 10_000
  for (let tries = 1; ; tries++) {
    if (await tryLogin(door, user, password)) return tries
    if (performance.now() > end) throw new Error(`${user} cannot sign in over IMAP`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
