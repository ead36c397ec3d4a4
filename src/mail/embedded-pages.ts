import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { simpleParser } from 'mailparser'
import type { ParsedMail } from 'mailparser'
import { addressIn } from './maildrop.ts'
import type { Letter, Maildrop, Place } from './maildrop.ts'

const WORDS = {
  vi: {
    title: 'Thư của bản dùng thử',
    latest: 'Thư mới nhất',
    mailboxes: 'Hộp thư',
    outside: 'Địa chỉ bên ngoài',
    inside: 'Hộp thư công vụ',
    none: 'Chưa có thư nào.',
    missing: 'Không tìm thấy trang này.',
    to: 'Đến',
    from: 'Từ',
    subject: 'Tiêu đề',
    at: 'Thời gian',
    letters: 'Số thư',
    noSubject: '(không có tiêu đề)',
    all: 'Tất cả hộp thư',
    other: 'English',
    note: 'Mọi thư do bản dùng thử gửi đi đều nằm lại ở đây, không thư nào ra ngoài.',
  },
  en: {
    title: 'Mail of the demonstration',
    latest: 'Latest letters',
    mailboxes: 'Mailboxes',
    outside: 'Addresses elsewhere',
    inside: 'Official mailboxes',
    none: 'No letters yet.',
    missing: 'There is no such page.',
    to: 'To',
    from: 'From',
    subject: 'Subject',
    at: 'Time',
    letters: 'Letters',
    noSubject: '(no subject)',
    all: 'All mailboxes',
    other: 'Tiếng Việt',
    note: 'Every letter that the demonstration sends stays here; none goes out.',
  },
}
type Language = keyof typeof WORDS

const STYLE = `*{box-sizing:border-box}body{margin:0;font:17px/1.5 "Be Vietnam Pro","Segoe UI",Roboto,sans-serif;color:#16232b}
header{background:#0b4665;border-bottom:3px solid #f2b632}header div,main{max-width:960px;margin:auto;padding:14px 16px}
header div{display:flex;justify-content:space-between;gap:16px}header a{color:#fff;font-weight:600}a{color:#0a5a85}
a:hover{color:#072f45}a:focus{background:#ffcb47;color:#16232b;outline:2px solid #16232b}h1{font-size:28px;line-height:1.25}
h2{font-size:21px;margin-top:36px}table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:600}
th{text-align:left;font-size:15px;color:#4a5a65;border-bottom:2px solid #82909a}td{border-bottom:1px solid #c9d3da}
td,th{padding:8px 12px 8px 0;vertical-align:top;overflow-wrap:anywhere}.n{white-space:nowrap}.s{color:#4a5a65;font-size:15px}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;background:#f1f5f7;padding:16px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px}dt{color:#4a5a65}dd{margin:0;overflow-wrap:anywhere}
@media(max-width:600px){body{font-size:16px}.w{display:none}}`
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
/** Text as HTML, in elements and in quoted attributes. */
export const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? '')

/** Plain text as HTML with its web addresses as links; nothing of the text becomes markup. */
export function linked(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/)
    .map((part, index) =>
      index % 2 === 0 ? escape(part) : `<a href="${escape(part)}" rel="noopener noreferrer">${escape(part)}</a>`,
    )
    .join('')
}

// A letter that cannot be parsed is shown without its parts rather than hiding all others.
const parsed = (source: Buffer): Promise<Partial<ParsedMail>> =>
  simpleParser(source, { skipTextToHtml: true, skipImageLinks: true }).catch(() => ({ text: source.toString() }))

const stamp = new Intl.DateTimeFormat('vi-VN', {
  timeZone: 'Asia/Ho_Chi_Minh',
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const pathOf = (place: Place): string => `/${place.kind}/${encodeURIComponent(place.name)}`

/** The demo's pages to read what arrived: `/`, `/<kind>/<mailbox>`, `/<kind>/<mailbox>/<folder>/<file>`; GET only. */
export function embeddedPages(drop: Maildrop): Server {
  const labelOf = async (place: Place): Promise<string> =>
    place.kind === 'outside'
      ? addressIn(place.name)
      : `${(await drop.settings(place))?.mail ?? ''} (${place.name})`.trim()

  const table = async (letters: readonly Letter[], language: Language): Promise<string> => {
    const words = WORDS[language]
    if (letters.length === 0) return `<p>${words.none}</p>`
    const rows = letters.map(async ({ place, folder, file, at }) => {
      const source = (await drop.read(place, folder, file)) ?? Buffer.alloc(0)
      const mail = await parsed(source)
      const link = `${pathOf(place)}/${folder}/${file}?lang=${language}`
      const subject = mail.subject?.trim() ?? ''
      return `<tr><td class="n">${escape(stamp.format(at))}</td><td><a href="${escape(link)}">${escape(subject === '' ? words.noSubject : subject)}</a></td>
<td>${escape(await labelOf(place))}</td><td class="w">${escape(mail.from?.text ?? '')}</td></tr>`
    })
    return `<table><thead><tr><th scope="col">${words.at}</th><th scope="col">${words.subject}</th><th scope="col">${words.to}</th>
<th scope="col" class="w">${words.from}</th></tr></thead><tbody>${(await Promise.all(rows)).join('\n')}</tbody></table>`
  }

  const home = async (language: Language): Promise<string> => {
    const words = WORDS[language]
    const boxes = await Promise.all(
      (await drop.places()).map(async (place) => ({
        place,
        letters: await drop.letters(place),
        label: await labelOf(place),
      })),
    )
    const latest = boxes.flatMap(({ letters }) => letters).toSorted((a, b) => b.at.getTime() - a.at.getTime())
    const list = (kind: Place['kind'], heading: string): string => {
      const rows = boxes
        .filter(({ place }) => place.kind === kind)
        .toSorted((a, b) => b.letters.length - a.letters.length || (a.label < b.label ? -1 : 1))
        .map(
          ({ place, letters, label }) =>
            `<tr><td><a href="${escape(pathOf(place))}?lang=${language}">${escape(label)}</a></td><td>${letters.length}</td></tr>`,
        )
      if (rows.length === 0) return ''
      return `<h2>${heading}</h2><table><thead><tr><th scope="col">${words.mailboxes}</th><th scope="col">${words.letters}</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`
    }
    return `<h1>${words.title}</h1><p>${words.note}</p><h2>${words.latest}</h2>${await table(latest.slice(0, 30), language)}
${list('outside', words.outside)}${list('mailboxes', words.inside)}`
  }

  const mailbox = async (place: Place, language: Language): Promise<string | null> => {
    if (!(await drop.exists(place))) return null
    const label = escape(await labelOf(place))
    return `<p><a href="/?lang=${language}">${WORDS[language].all}</a></p><h1>${label}</h1>${await table((await drop.letters(place)).slice(0, 200), language)}`
  }

  const letter = async (place: Place, folder: string, file: string, language: Language): Promise<string | null> => {
    const words = WORDS[language]
    const source = await drop.read(place, folder, file)
    if (source === null) return null
    const mail = await parsed(source)
    const subject = mail.subject?.trim() ?? ''
    const label = escape(await labelOf(place))
    return `<p><a href="${escape(pathOf(place))}?lang=${language}">${label}</a></p><h1>${escape(subject === '' ? words.noSubject : subject)}</h1>
<dl><dt>${words.from}</dt><dd>${escape(mail.from?.text ?? '')}</dd><dt>${words.to}</dt><dd>${label}</dd>
<dt>${words.at}</dt><dd>${escape(mail.date ? stamp.format(mail.date) : '')}</dd></dl><pre>${linked(mail.text ?? '')}</pre>`
  }

  const page = async (segments: readonly string[], language: Language): Promise<string | null> => {
    const [kind, name, folder, file, ...more] = segments
    if (kind === undefined) return home(language)
    if ((kind !== 'mailboxes' && kind !== 'outside') || name === undefined || more.length > 0) return null
    const place: Place = { kind, name }
    if (folder === undefined) return mailbox(place, language)
    return file === undefined ? null : letter(place, folder, file, language)
  }

  return createServer((request, response) => {
    const answer = (status: number, language: Language, path: string, body: string): void => {
      const words = WORDS[language]
      const other = language === 'vi' ? 'en' : 'vi'
      response.writeHead(status, HEADERS)
      response.end(`<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${words.title}</title>
<style>${STYLE}</style></head><body><header><div><a href="/?lang=${language}">Congvu · ${words.title}</a><a href="${escape(path)}?lang=${other}" lang="${other}" hreflang="${other}">${words.other}</a></div></header><main>${body}</main></body></html>`)
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end()
      return
    }
    const [path = '/', query = ''] = (request.url ?? '/').split('?')
    const language: Language = new URLSearchParams(query).get('lang') === 'en' ? 'en' : 'vi'
    const missing = (): void => answer(404, language, '/', `<h1>404</h1><p>${WORDS[language].missing}</p>`)
    const shown = async (): Promise<{ body: string | null; path: string }> => {
      const segments = path.split('/').filter((part) => part !== '')
      const names = segments.map(decodeURIComponent)
      return { body: await page(names, language), path: `/${names.map(encodeURIComponent).join('/')}` }
    }
    shown().then(
      ({ body, path }) => (body === null ? missing() : answer(200, language, path, body)),
      // A name that cannot be (RangeError, URIError) is as good as one that is not there.
      (error: unknown) =>
        error instanceof RangeError || error instanceof URIError
          ? missing()
          : answer(500, language, '/', '<h1>500</h1>'),
    )
  })
}
