import { dayOf } from '../kernel/day.ts'
import { attachmentOf } from '../kernel/file-name.ts'
import { RequestId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { fileFault, letterFrom, LETTER_BYTES, type LetterFault, type LetterField } from '../requests/official-letter.ts'
import type { RequestState } from '../requests/request.ts'
import type { LetterContent } from '../requests/requests.ts'
import { HttpFault } from './http-fault.ts'
import { errorAt, keepable, keptForm } from './kept-form.ts'
import type { Page } from './page.ts'
import { neededDraft } from './request-draft.ts'
import { guarded, open, type Route } from './route.ts'
import type { Received } from './uploads.ts'
import type { Words } from './words/vi.ts'

export const LETTER_PATH = '/de-nghi/cong-van'
const OWN = '/de-nghi-cua-toi'
const UPLOAD = { upload: { field: 'file', maxBytes: LETTER_BYTES } } as const
const FIELDS = ['number', 'letterDay', 'letterMonth', 'letterYear'] as const

/** A request that is not sent, with the pages around the one for its letter. */
type Letterless = {
  readonly id: RequestId
  readonly code: string
  readonly state: RequestState
  readonly comment: string | null
  readonly path: string
  readonly back: string
  readonly next: string
  /** Whether it is one of the steps of a stranger's form. */
  readonly steps: boolean
}

/** The official letter of a request: asked for where the policy wants one, and handed out as a download only. */
export function officialLetterPages(services: Services): Route[] {
  const { requests } = services

  /** A stranger's draft; null when there is none, and the visitor was sent to the start. */
  async function strangers(page: Page): Promise<Letterless | null> {
    const draft = await neededDraft(services, page)
    return draft && { ...draft, path: LETTER_PATH, back: '/de-nghi/dia-chi', next: '/de-nghi/kiem-tra', steps: true }
  }
  /** The reader's own request; null when it is sent, and the reader was led to it. */
  async function owned(page: Page): Promise<Letterless | null> {
    const own = await requests.own(page.permit('own.request'), page.param('id', RequestId))
    if (own === null) throw new HttpFault(404)
    const at = `${OWN}/${own.id}`
    if (own.state !== 'draft' && own.state !== 'returned') {
      page.redirect(at)
      return null
    }
    return { ...own, path: `${at}/cong-van`, back: `${at}/sua`, next: `${at}/kiem-tra`, steps: false }
  }

  async function ask(page: Page, of: Letterless | null): Promise<void> {
    if (of === null) return
    const [present, needed] = await Promise.all([requests.letterOf(of.id), requests.letterNeeded(of.id)])
    const kept = keptForm(page, of.path)
    const [year = '', month = '', day = ''] = present?.date.split('-') ?? []
    const stored = { number: present?.number ?? '', letterDay: day, letterMonth: month, letterYear: year }
    await page.render('request-letter.njk', {
      title: page.t.decisions.letter.title,
      back: { href: of.back },
      comment: of.state === 'returned' ? of.comment : null,
      ...{ of, present, needed, typed: { ...stored, ...kept?.values } },
      wrong: { number: errorAt(kept, 'number'), date: errorAt(kept, 'letter'), file: errorAt(kept, 'file') },
      errors: kept?.errors ?? [],
    })
  }

  async function save(page: Page, of: Letterless | null): Promise<void> {
    if (of === null) return
    await page.limit('upload', of.id)
    const typed = page.fields(FIELDS)
    const date = { day: typed.letterDay, month: typed.letterMonth, year: typed.letterYear }
    const read = letterFrom({ number: typed.number, date }, dayOf(services.clock()))
    const present = await requests.letterOf(of.id)
    const faults = [...read.faults, ...faultOf(page.upload, present !== null)]
    const again = (wrong: readonly LetterFault[]) => {
      const errors = wrong.map((each) => ({ field: FIELD[each.field], text: faultText(page.t, each) }))
      page.keepForm(of.path, keepable(typed), errors)
      page.redirect(of.path)
    }
    if (read.letter === null || faults.length > 0) {
      again(faults)
      return
    }
    const file = page.upload.ok ? { name: page.upload.value.name, content: await page.upload.value.read() } : null
    const put = await requests.attachLetter(of.id, read.letter, file, page.actor)
    if (!put.ok && put.refusal.kind === 'incomplete') {
      again([{ field: 'file', code: 'no-file' }])
      return
    }
    // Refused otherwise, it was sent or ended meanwhile: the next page leads to where it stands.
    page.takeForm(of.path)
    page.redirect(of.next)
  }

  return [
    open('get', LETTER_PATH, async (page) => ask(page, await strangers(page))),
    open('post', LETTER_PATH, async (page) => save(page, await strangers(page)), UPLOAD),
    guarded('get', `${OWN}/:id/cong-van`, 'own.request', async (page) => ask(page, await owned(page))),
    guarded('post', `${OWN}/:id/cong-van`, 'own.request', async (page) => save(page, await owned(page)), UPLOAD),
    guarded('get', `${OWN}/:id/cong-van/tep`, 'own.request', async (page, permit) => {
      const own = await requests.own(permit, page.param('id', RequestId))
      download(page, own && (await requests.ownLetterFile(own.id)))
    }),
    open('get', '/theo-doi/cong-van', async (page) => {
      const id = page.session.trackedId
      if (id === undefined) page.redirect('/theo-doi')
      else download(page, await requests.ownLetterFile(id))
    }),
    guarded('get', '/cho-duyet/:id/cong-van', 'request.read', async (page, permit) => {
      download(page, await requests.letterFile(permit, page.param('id', RequestId)))
    }),
  ]
}

/** The bytes as they came, never shown within a page of ours: somebody unknown sent them. */
function download(page: Page, letter: LetterContent | null): void {
  if (letter === null) throw new HttpFault(404)
  page.response
    .set({
      'Content-Type': 'application/pdf',
      'Content-Disposition': attachmentOf('cong-van.pdf', letter.fileName),
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Cache-Control': 'private, no-store',
    })
    .send(letter.content)
}

function faultOf(upload: Received, mayStay: boolean): LetterFault[] {
  if (upload.ok) return [fileFault(upload.value.kind, upload.value.bytes)].filter((fault) => fault !== null)
  if (upload.refusal.kind === 'no-file' && mayStay) return []
  return [{ field: 'file', code: upload.refusal.kind }]
}

const FIELD: Readonly<Record<LetterField, string>> = { number: 'number', date: 'letter', file: 'file' }
const faultText = (t: Words, { code, field }: LetterFault): string =>
  code === 'empty' ? t.decisions.letter.errors[field === 'number' ? 'number' : 'date'] : t.decisions.letter.errors[code]
