import { Agent, request } from 'node:http'

export type Answer = { readonly status: number; readonly location: string; readonly body: string }
export type Browser = ReturnType<typeof browser>

/** One visitor: keeps cookies and its connection, and posts forms with the token of the page that it last read. */
export function browser(origin: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const cookies = new Map<string, string>()
  let token = ''

  function send(method: 'GET' | 'POST', path: string, form: string | null): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form === null
          ? {}
          : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(Buffer.byteLength(form)) }),
      }
      const sent = request(new URL(path, origin), { method, agent, headers }, (response) => {
        for (const line of response.headers['set-cookie'] ?? []) {
          const [pair = ''] = line.split(';')
          cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
        }
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString('utf8')
          token = /name="_csrf" value="([^"]+)"/.exec(body)?.[1] ?? token
          resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? '', body })
        })
      })
      sent.on('error', reject)
      sent.end(form ?? undefined)
    })
  }

  return {
    get: (path: string): Promise<Answer> => send('GET', path, null),
    post: (path: string, fields: Readonly<Record<string, string>>): Promise<Answer> =>
      send('POST', path, new URLSearchParams({ ...fields, _csrf: token }).toString()),
    close: (): void => agent.destroy(),
  }
}
