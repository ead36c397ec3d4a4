import type { Words } from '../words/vi.ts'

/** Who looks at a page, as the navigation sees it; the widest role that somebody holds, a deputy where it is none of their own. */
export type Audience = 'nobody' | 'person' | 'deputy' | 'unit-admin' | 'it-staff' | 'auditor'

export type NavItem = {
  readonly href: string
  readonly text: string
  readonly current: boolean
  /** What waits there, shown as a badge; with `countText` for those who hear the page. */
  readonly count?: number
  readonly countText?: string
}

type Link = { readonly href: string; readonly text: Exclude<keyof Words['nav'], 'waiting'> }

const STAFF: readonly Link[] = [
  { href: '/viec-con-do', text: 'board' },
  { href: '/cho-duyet', text: 'requests' },
  { href: '/tai-khoan', text: 'accounts' },
  { href: '/danh-sach-thu', text: 'lists' },
  { href: '/thay-doi', text: 'changes' },
  { href: '/don-vi', text: 'units' },
  { href: '/phan-quyen', text: 'roles' },
  { href: '/thoi-gian', text: 'times' },
  { href: '/quy-dinh', text: 'policies' },
  { href: '/dia-chi', text: 'addresses' },
  { href: '/thu', text: 'letters' },
  { href: '/nhat-ky', text: 'audit' },
  { href: '/tai-khoan-cua-toi', text: 'mine' },
]
/** Pages that are found under another one's place. */
const WITHIN: Readonly<Record<string, readonly string[]>> = { '/quy-dinh': ['/ngay-nghi', '/chot-an-toan/nguong'] }
const LINKS: Readonly<Record<Audience, readonly Link[]>> = {
  nobody: [
    { href: '/', text: 'home' },
    { href: '/de-nghi', text: 'request' },
    { href: '/theo-doi', text: 'track' },
    { href: '/kich-hoat', text: 'activate' },
    { href: '/dang-nhap', text: 'signIn' },
  ],
  person: [{ href: '/tai-khoan-cua-toi', text: 'mine' }],
  'unit-admin': [
    { href: '/cho-duyet', text: 'inbox' },
    { href: '/tai-khoan', text: 'people' },
    { href: '/danh-sach-thu', text: 'lists' },
    { href: '/thay-doi', text: 'changes' },
    { href: '/don-vi', text: 'units' },
    { href: '/thoi-gian', text: 'times' },
    { href: '/tai-khoan-cua-toi', text: 'mine' },
  ],
  deputy: [
    { href: '/cho-duyet', text: 'inbox' },
    { href: '/tai-khoan', text: 'people' },
    { href: '/danh-sach-thu', text: 'lists' },
    { href: '/don-vi', text: 'units' },
    { href: '/thoi-gian', text: 'times' },
    { href: '/tai-khoan-cua-toi', text: 'mine' },
  ],
  'it-staff': STAFF,
  auditor: STAFF,
}

/** The navigation of a page: what the role may do, the place marked, what waits with its count. */
export function navigation(audience: Audience, path: string, t: Words, waiting = 0, changes = 0): readonly NavItem[] {
  const decides = audience === 'unit-admin' || audience === 'deputy'
  const counts: Readonly<Record<string, { count: number; countText: string } | undefined>> = {
    '/cho-duyet': decides ? { count: waiting, countText: t.nav.waiting(waiting) } : undefined,
    '/thay-doi': { count: changes, countText: t.life.navCount(changes) },
  }
  return LINKS[audience].map(({ href, text }) => {
    const counted = counts[href]
    return {
      href,
      text: t.nav[text],
      current: [href, ...(WITHIN[href] ?? [])].some(
        (each) => path === each || (each !== '/' && path.startsWith(`${each}/`)),
      ),
      ...(counted && counted.count > 0 ? counted : {}),
    }
  })
}

/** The same page in another language: path and query stay, `lang` changes. */
export function inLanguage(path: string, query: string, lang: string): string {
  const parameters = new URLSearchParams(query)
  parameters.set('lang', lang)
  return `${path}?${parameters.toString()}`
}

/** The address of page `n` of a list: the filters stay. */
export function pageHref(path: string, query: string, n: number): string {
  const parameters = new URLSearchParams(query)
  parameters.delete('lang')
  if (n <= 1) parameters.delete('trang')
  else parameters.set('trang', String(n))
  const text = parameters.toString()
  return text === '' ? path : `${path}?${text}`
}

/** The numbers of a pagination: first, last, the current one and its neighbours; 0 stands for a gap. */
export function pageNumbers(current: number, pages: number): readonly number[] {
  const near = [
    1,
    current - 1,
    current,
    current + 1,
    pages,
    ...(current <= 2 ? [2, 3] : []),
    ...(current >= pages - 1 ? [pages - 1, pages - 2] : []),
  ]
  const shown = [...new Set(near)].filter((n) => n >= 1 && n <= pages).sort((a, b) => a - b)
  return shown.flatMap((n, i) => (i > 0 && n - (shown[i - 1] ?? n) > 1 ? [0, n] : [n]))
}
