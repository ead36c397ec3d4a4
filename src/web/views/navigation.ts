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
  /** The pages of a section, itself the first; empty where it is the only one. */
  readonly pages: readonly NavItem[]
}

type Link = { readonly href: string; readonly text: Exclude<keyof Words['nav'], 'waiting'> }
/** A place of the navigation, and the pages that a second row shows once somebody is there. */
type Section = Link & { readonly pages?: readonly Link[] }

const MINE: Link = { href: '/tai-khoan-cua-toi', text: 'mine' }
const TIMES: Link = { href: '/thoi-gian', text: 'times' }
const LISTS: Link = { href: '/danh-sach-thu', text: 'lists' }
const CHANGES: Link = { href: '/thay-doi', text: 'changes' }
const IDLE: Link = { href: '/lau-khong-dung', text: 'idle' }
const RECORDS: Link = { href: '/nguoi', text: 'records' }
const REVIEWS: Link = { href: '/ra-soat', text: 'reviews' }
const STAFF: readonly Section[] = [
  { href: '/viec-con-do', text: 'board', pages: [{ href: '/thu', text: 'letters' }] },
  { href: '/cho-duyet', text: 'requests', pages: [TIMES] },
  {
    href: '/tai-khoan',
    text: 'accounts',
    pages: [RECORDS, LISTS, CHANGES, IDLE, REVIEWS, { href: '/dia-chi', text: 'addresses' }],
  },
  {
    href: '/don-vi',
    text: 'units',
    pages: [
      { href: '/sap-xep', text: 'reorganisations' },
      { href: '/phan-quyen', text: 'roles' },
    ],
  },
  { href: '/nhap-danh-sach', text: 'imports' },
  { href: '/doi-soat', text: 'reconcile' },
  { href: '/quy-dinh', text: 'policies' },
  { href: '/nhat-ky', text: 'audit' },
  MINE,
]
/** Pages that are found under another one's place. */
const WITHIN: Readonly<Record<string, readonly string[]>> = { '/quy-dinh': ['/ngay-nghi', '/chot-an-toan/nguong'] }
const SECTIONS: Readonly<Record<Audience, readonly Section[]>> = {
  nobody: [
    { href: '/', text: 'home' },
    { href: '/de-nghi', text: 'request' },
    { href: '/theo-doi', text: 'track' },
    { href: '/kich-hoat', text: 'activate' },
    { href: '/dang-nhap', text: 'signIn' },
  ],
  person: [MINE, { href: '/de-nghi-cua-toi', text: 'myRequests' }],
  'unit-admin': [
    { href: '/cho-duyet', text: 'inbox', pages: [TIMES] },
    { href: '/tai-khoan', text: 'people', pages: [LISTS, CHANGES, IDLE, REVIEWS] },
    { href: '/don-vi', text: 'units' },
    MINE,
  ],
  deputy: [
    { href: '/cho-duyet', text: 'inbox', pages: [TIMES] },
    { href: '/tai-khoan', text: 'people', pages: [LISTS] },
    { href: '/don-vi', text: 'units' },
    MINE,
  ],
  'it-staff': STAFF,
  auditor: STAFF,
}

const isAt = (path: string, { href }: Link): boolean =>
  [href, ...(WITHIN[href] ?? [])].some((each) => path === each || (each !== '/' && path.startsWith(`${each}/`)))

/** The navigation of a page: what the role may do, the place marked, what waits with its count. */
export function navigation(audience: Audience, path: string, t: Words, waiting = 0, changes = 0): readonly NavItem[] {
  const decides = audience === 'unit-admin' || audience === 'deputy'
  const counts: Readonly<Record<string, { count: number; countText: string } | undefined>> = {
    '/cho-duyet': decides ? { count: waiting, countText: t.nav.waiting(waiting) } : undefined,
    '/thay-doi': { count: changes, countText: t.life.navCount(changes) },
  }
  const item = (link: Link, current: boolean, pages: readonly NavItem[] = []): NavItem => {
    const counted = [counts[link.href], ...pages.map(({ href }) => counts[href])].find((each) => each && each.count > 0)
    return { href: link.href, text: t.nav[link.text], current, pages, ...counted }
  }
  return SECTIONS[audience].map(({ pages: more = [], ...section }) => {
    const within = more.length === 0 ? [] : [section, ...more]
    const pages = within.map((link) => item(link, isAt(path, link)))
    return item(section, isAt(path, section) || pages.some(({ current }) => current), pages)
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
