import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createTransport } from 'nodemailer'
import { embeddedPages } from '../../src/mail/embedded-pages.ts'
import { maildrop, outsideName } from '../../src/mail/maildrop.ts'
import type { Letter, Sink } from '../servers/sink.ts'

const LOOK_MS = 100

/**
 * The rest of the world, to be read: what the sink takes lies in a folder and is shown on pages, as the embedded mail server
 * shows its own. A letter of Congvu's to an official address is handed to the mail server (`inside`), which serves it.
 */
export async function startLetterBox(options: {
  readonly sink: Sink
  readonly folder: string
  readonly domain: string
  readonly inside: { readonly host: string; readonly port: number }
  readonly webPort: number
}): Promise<{ readonly webPort: number; close(): Promise<void> }> {
  const { sink, folder, domain, inside, webPort } = options
  const drop = maildrop(folder)
  // The certificate is of an authority of this demo, on this machine.
  const forward = createTransport({ ...inside, ignoreTLS: true })

  async function put(letter: Letter): Promise<void> {
    for (const receiver of letter.receivers.map((one) => one.toLowerCase()))
      if (receiver.endsWith(`@${domain}`))
        await forward.sendMail({ envelope: { from: letter.sender, to: receiver }, raw: letter.raw })
      else await drop.deliver({ kind: 'outside', name: outsideName(receiver) }, Buffer.from(letter.raw), new Date())
  }
  let working = Promise.resolve()
  const look = () => {
    const letters = sink.letters()
    if (letters.length === 0) return
    sink.clear()
    working = working.then(async () => {
      for (const letter of letters)
        await put(letter).catch((error: unknown) => {
          console.error(`A letter to ${letter.receivers.join(', ')} was lost: ${String(error)}`)
        })
    })
  }
  const timer = setInterval(look, LOOK_MS)

  const web = embeddedPages(drop)
  web.listen(webPort, '127.0.0.1')
  await once(web, 'listening')
  return {
    webPort: (web.address() as AddressInfo).port,
    async close() {
      clearInterval(timer)
      look()
      await working
      forward.close()
      web.closeAllConnections()
      await new Promise((resolve) => web.close(resolve))
    },
  }
}
