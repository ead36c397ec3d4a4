/** A page as it came, and what a user does with it. */
export type WebPage = {
  readonly url: URL
  readonly status: number
  readonly html: string
  /** What is to be read, without markup, on one line. */
  readonly text: string
  /** The targets of its links. */
  readonly links: readonly string[]
}

type Form = {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  readonly names: ReadonlySet<string>
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' }
const decode = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    return ENTITIES[name ?? ''] ?? whole
  })

const textOf = (html: string): string =>
  decode(
    html
      .replace(/<(script|style|head)\b[\s\S]*?<\/\1>/g, '')
      .replace(/<wbr>/g, '')
      .replace(/<[^>]*>/g, ' '),
  )
    .replace(/\s+/g, ' ')
    .trim()

const attribute = (tag: string, name: string): string | null => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  return found === undefined ? null : decode(found)
}

function formsOf(html: string): Form[] {
  return [...html.matchAll(/(<form\b[^>]*>)([\s\S]*?)<\/form>/g)].map(([, head = '', body = '']) => {
    const controls = [...body.matchAll(/<(?:input|textarea|select|button)\b[^>]*>/g)].map(([tag]) => tag)
    const named = controls.map((tag) => ({ tag, name: attribute(tag, 'name') ?? '' })).filter(({ name }) => name !== '')
    const filled = named.filter(({ tag }) => !/type="(radio|checkbox)"/.test(tag) || /\schecked\b/.test(tag))
    return {
      action: attribute(head, 'action') ?? '',
      fields: Object.fromEntries(filled.map(({ tag, name }) => [name, attribute(tag, 'value') ?? ''])),
      names: new Set(named.map(({ name }) => name)),
    }
  })
}

/** A browser without scripts: cookies, redirects, forms with what they hold already. */
export function browser(origin: string) {
  const cookies = new Map<string, string>()

  async function fetchPage(url: URL, body: URLSearchParams | null): Promise<WebPage> {
    for (let hops = 0; hops < 10; hops++) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const response = await fetch(url, {
        method: body ? 'POST' : 'GET',
        redirect: 'manual',
        headers: cookie === '' ? {} : { cookie },
        signal: AbortSignal.timeout(20_000),
        ...(body ? { body } : {}),
      })
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        if (value === '' || /expires=thu, 01 jan 1970/i.test(line)) cookies.delete(name)
        else cookies.set(name, value)
      }
      const location = response.headers.get('location')
      const html = await response.text()
      if (location === null || response.status < 300 || response.status > 399) {
        const links = [...html.matchAll(/<a\b[^>]*>/g)].flatMap(([tag]) => attribute(tag, 'href') ?? [])
        return { url, status: response.status, html, text: textOf(html), links }
      }
      url = new URL(location, url)
      body = null
    }
    throw new Error(`Too many redirects at ${url.pathname}`)
  }

  return {
    get: (path: string): Promise<WebPage> => fetchPage(new URL(path, origin), null),

    /** What a script of the page would ask for. */
    json: async (path: string): Promise<unknown> => JSON.parse((await fetchPage(new URL(path, origin), null)).html),

    /** Fills the form that has all these fields and sends it. Throws when the page has none. */
    submit(page: WebPage, typed: Readonly<Record<string, string>>): Promise<WebPage> {
      const form = formsOf(page.html).find(({ names }) => Object.keys(typed).every((name) => names.has(name)))
      if (!form) throw new Error(`${page.url.pathname} has no form with ${Object.keys(typed).join(', ')}`)
      const body = new URLSearchParams({ ...form.fields, ...typed })
      return fetchPage(new URL(form.action === '' ? page.url : form.action, page.url), body)
    },
  }
}

export type Browser = ReturnType<typeof browser>
