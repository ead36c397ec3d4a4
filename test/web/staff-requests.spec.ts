import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import { EmailAddress } from '../../src/kernel/email-address.ts'
import type { RequestId, UnitId } from '../../src/kernel/ids.ts'
import { vi } from '../../src/web/words/vi.ts'
import { allowed, seedStaff, seedUnits, someDetails, submitted, unique } from '../support/system.ts'
import { signedIn } from '../support/signed-in.ts'
import { errorsIn, plain, startWeb, type Visitor, type WebSystem } from '../support/web.ts'

let web: WebSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let actors: Record<'approver' | 'second' | 'foreign' | 'it' | 'auditor', PersonActor>
let approver: Visitor, second: Visitor, foreign: Visitor, it: Visitor, auditor: Visitor

beforeAll(async () => {
  web = await startWeb()
  const { services } = web
  units = await seedUnits(services)
  actors = {
    approver: await seedStaff(services, 'unit-admin', units.agency, 'Trần Thị Minh Hà'),
    second: await seedStaff(services, 'unit-admin', units.agency, 'Bùi Vũ Khánh Huyền'),
    foreign: await seedStaff(services, 'unit-admin', units.other, 'Lục Văn Sìn'),
    it: await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng'),
    auditor: await seedStaff(services, 'auditor', units.province, 'Chíu Thị Hường'),
  }
  approver = await signedIn(web, actors.approver)
  second = await signedIn(web, actors.second)
  foreign = await signedIn(web, actors.foreign)
  it = await signedIn(web, actors.it)
  auditor = await signedIn(web, actors.auditor)
})
afterAll(() => web.stop())

/** A waiting request of somebody whom nobody else is called. */
const waiting = (unit: UnitId, fullName = `Đặng Quốc ${letters(unique())}`, email?: string): Promise<RequestId> =>
  submitted(web.services, someDetails(unit, { fullName }), email)
/** A name of letters only, one for each number. */
const letters = (n: number): string => String(n).replace(/\d/g, (digit) => 'abcdeghikl'[Number(digit)] ?? '')
const stateOf = async (id: RequestId) =>
  (await web.services.database.prisma.request.findUniqueOrThrow({ where: { id } })).state
const approve = { decision: 'approve', identity: 'known-phone', handOver: 'link', version: '2' }
const decide = (who: Visitor, id: RequestId, fields: Record<string, string>) =>
  who.fill(`/cho-duyet/${id}`, fields, `/cho-duyet/${id}/quyet-dinh`)

describe('the inbox', () => {
  test('shows what waits in the own unit and below it, and nothing of other units', async () => {
    const own = await waiting(units.agency)
    const below = await waiting(units.department)
    const other = await waiting(units.other)
    const { html } = await approver.get('/cho-duyet')
    expect(html).toContain(`/cho-duyet/${own}`)
    expect(html).toContain(`/cho-duyet/${below}`)
    expect(html).not.toContain(`/cho-duyet/${other}`)
    expect((await foreign.get('/cho-duyet')).html).toContain(`/cho-duyet/${other}`)
    expect((await it.get('/cho-duyet')).html).toContain(`/cho-duyet/${other}`)
    for (const path of [`/cho-duyet/${other}`, '/cho-duyet/x', `/cho-duyet/${crypto.randomUUID()}`])
      expect((await approver.get(path)).status).toBe(404)
  })

  test('finds by name without accents, by code, and by unit', async () => {
    const id = await waiting(units.department, 'Hoàng Phạm Thị Thùy Dương')
    const { code } = await web.services.database.prisma.request.findUniqueOrThrow({ where: { id } })
    const link = `/cho-duyet/${id}`
    const found = async (query: string) => (await approver.get(`/cho-duyet?${query}`)).html.includes(link)
    expect(await found('q=thuy+duong')).toBe(true)
    expect(await found(`q=${code}`)).toBe(true)
    expect(await found(`unit=${units.department}`)).toBe(true)
    expect(await found(`unit=${units.agency}`)).toBe(false)
    expect(await found('q=khongco')).toBe(false)
    expect(plain((await it.get('/cho-duyet?unit=phong+cong+chuc')).html)).toContain('Hoàng Phạm Thị Thùy Dương')
    expect(plain((await it.get('/cho-duyet?unit=s%E1%BB%9F')).html)).toContain('Nhiều đơn vị')
  })

  test('marks what is overdue, and counts it', async () => {
    const id = await waiting(units.agency)
    await web.services.database.pool.query(`UPDATE request SET due_at = now() - interval '40 minutes' WHERE id = $1`, [
      id,
    ])
    const { html } = await approver.get('/cho-duyet?tab=overdue')
    expect(html).toContain(`/cho-duyet/${id}`)
    expect(plain(html)).toContain('Quá hạn 40 phút')
  })

  test.each([
    'tab=x',
    'trang=99999',
    'trang=-1',
    'sort=%00',
    'q=%00%E2%80%AE',
    'unit=%27%22%3E%3Cscript%3E',
    'unitId=x',
    'q=%25_%5C',
  ])('answers a page to the odd query %s', async (query) => {
    const seen = await approver.get(`/cho-duyet?${query}`)
    expect([200, 303]).toContain(seen.status)
    expect(seen.html).not.toContain('"><script>')
  })
})

describe('a decision', () => {
  test('to approve makes the account, with how the person was known', async () => {
    const id = await waiting(units.department)
    const seen = await decide(approver, id, approve)
    expect(seen.location).toBe('/cho-duyet')
    expect(plain(seen.html)).toContain(vi.decision.done.approve)
    const request = await web.services.database.prisma.request.findUniqueOrThrow({ where: { id } })
    expect(request).toMatchObject({ state: 'approved', identity: 'known-phone' })
    expect(plain((await approver.get(`/cho-duyet/${id}`)).html)).toContain(vi.identity['known-phone'])
  })

  test('to approve by slip leads to the account, where the slip is printed', async () => {
    const id = await waiting(units.department)
    const seen = await decide(approver, id, { ...approve, handOver: 'slip' })
    expect(seen.location).toMatch(/^\/tai-khoan\/[0-9a-f-]+\?muc=giao$/)
    expect(plain(seen.html)).toContain(vi.account.slipButton)
  })

  test('to approve needs the way the person was known and the way of handing over', async () => {
    const id = await waiting(units.agency)
    const seen = await decide(approver, id, { decision: 'approve', version: '2' })
    expect(errorsIn(seen.html)).toEqual([
      { field: 'identity', text: vi.decision.errors.identity },
      { field: 'handOver', text: vi.decision.errors.handOver },
    ])
    expect(seen.html).toMatch(/value="approve"[^>]* checked/)
    expect(await stateOf(id)).toBe('submitted')
  })

  test.each([
    ['', 'decision', vi.decision.errors.choose],
    ['return', 'returnText', vi.decision.errors.returnEmpty],
    ['reject', 'rejectText', vi.decision.errors.rejectEmpty],
  ])('%p without more is refused beside %s', async (decision, field, text) => {
    const id = await waiting(units.agency)
    expect(errorsIn((await decide(approver, id, { decision, version: '2' })).html)).toEqual([{ field, text }])
  })

  test('to return needs ten characters, and keeps what was typed', async () => {
    const id = await waiting(units.agency)
    const seen = await decide(approver, id, { decision: 'return', returnText: 'ngắn "<b>"', version: '2' })
    expect(errorsIn(seen.html)).toEqual([])
    const other = await waiting(units.agency)
    const short = await decide(approver, other, { decision: 'return', returnText: '<b>"', version: '2' })
    expect(errorsIn(short.html)).toEqual([{ field: 'returnText', text: vi.decision.errors.short }])
    expect(short.html).toContain('&lt;b&gt;&quot;</textarea>')
    expect(await stateOf(id)).toBe('returned')
  })

  test('to refuse ends the request with the reason as written', async () => {
    const id = await waiting(units.agency)
    await decide(approver, id, { decision: 'reject', rejectText: 'Không thuộc biên chế <của> đơn vị', version: '2' })
    expect(await stateOf(id)).toBe('rejected')
    expect((await approver.get(`/cho-duyet/${id}`)).html).toContain('Không thuộc biên chế &lt;của&gt; đơn vị')
  })

  test('on the own request is refused, and no form is offered', async () => {
    const id = await waiting(units.agency, 'Trần Thị Minh Hà', actors.approver.address)
    expect(EmailAddress.parse(actors.approver.address)).toBe(actors.approver.address)
    const { html } = await approver.get(`/cho-duyet/${id}`)
    expect(plain(html)).toContain(vi.workflow.turn['own-request'])
    expect(html).not.toContain('/quyet-dinh')
    const seen = await decide(approver, id, approve)
    expect(errorsIn(seen.html)).toEqual([{ field: 'decision', text: vi.refusals['own-request'] }])
    expect(await stateOf(id)).toBe('submitted')
  })

  test('of two approvers at once: one wins, the other is told who did what', async () => {
    const id = await waiting(units.agency)
    await approver.get(`/cho-duyet/${id}`)
    await second.get(`/cho-duyet/${id}`)
    const path = `/cho-duyet/${id}/quyet-dinh`
    const answers = await Promise.all([
      approver.post(path, approve),
      second.post(path, { decision: 'return', returnText: 'Bổ sung quyết định tuyển dụng', version: '2' }),
    ])
    expect(answers.map((each) => each.status)).toEqual([303, 303])
    const loser = answers[0].location === '/cho-duyet' ? second : approver
    const winner = loser === second ? actors.approver : actors.second
    const { html } = await loser.get(`/cho-duyet/${id}`)
    expect(errorsIn(html)[0]?.text).toContain(winner.name)
    if (loser === second) expect(plain(html)).toContain('Bổ sung quyết định tuyển dụng')
  })

  test('on a request that was changed meanwhile is refused, with the input kept', async () => {
    const id = await waiting(units.agency)
    const seen = await decide(approver, id, { decision: 'return', returnText: 'Bổ sung quyết định', version: '1' })
    expect(errorsIn(seen.html)).toEqual([{ field: 'decision', text: vi.refusals['changed-meanwhile'] }])
    expect(seen.html).toContain('Bổ sung quyết định</textarea>')
  })

  test('for a person who has an account already is refused', async () => {
    const details = someDetails(units.agency, { fullName: 'Lý Thị Hai' })
    const first = await submitted(web.services, details)
    const again = await submitted(web.services, details)
    await decide(approver, first, approve)
    expect(plain((await approver.get(`/cho-duyet/${again}`)).html)).toContain(vi.decision.ninTaken)
    const seen = await decide(approver, again, approve)
    expect(errorsIn(seen.html)).toEqual([{ field: 'decision', text: vi.decision.errors.duplicate }])
  })

  test('in a foreign unit is a 404, whoever asks', async () => {
    const id = await waiting(units.other)
    await approver.get('/cho-duyet')
    expect((await approver.post(`/cho-duyet/${id}/quyet-dinh`, approve)).status).toBe(404)
    expect((await approver.post(`/cho-duyet/${id}/so-dinh-danh`)).status).toBe(404)
    expect(await stateOf(id)).toBe('submitted')
  })

  test('with hostile values in every field never breaks', async () => {
    const id = await waiting(units.agency)
    const bad = [
      '\0',
      '\u202e\ufeff\u200b',
      '<script>alert(1)</script>',
      "'; DROP TABLE request; --",
      'x'.repeat(40_000),
      '\ud800',
      '*)(uid=*',
    ]
    for (const value of bad)
      for (const decision of ['approve', 'return', 'reject', value])
        expect(
          (
            await decide(approver, id, {
              decision,
              identity: value,
              handOver: value,
              returnText: value,
              rejectText: value,
              version: value,
            })
          ).status,
        ).toBeLessThan(500)
    expect(['submitted', 'returned', 'rejected']).toContain(await stateOf(id))
  })
})

describe('an identification number', () => {
  test('is masked until it is asked for, and the asking is logged', async () => {
    const id = await waiting(units.agency)
    const details = (await web.services.database.prisma.request.findUniqueOrThrow({ where: { id } })).ninCipher
    const number = web.services.secrets.open(details ?? '', 'request.nin')
    const spaced = number.replace(/(\d{3})(?=\d)/g, '$1 ')
    const { html } = await approver.get(`/cho-duyet/${id}`)
    expect(html).not.toContain(number.slice(0, 9))
    expect(html).toContain(`••• ••• ••• ${number.slice(-3)}`)
    const shown = await approver.post(`/cho-duyet/${id}/so-dinh-danh`)
    expect(shown.status).toBe(200)
    expect(plain(shown.html)).toContain(spaced)
    expect(plain((await approver.get(`/cho-duyet/${id}`)).html)).not.toContain(spaced)
    const log = plain((await it.get(`/nhat-ky?viec=number.revealed&q=${id}`)).html)
    expect(log).toContain('Trần Thị Minh Hà')
  })
})

describe('an auditor', () => {
  test('reads every request and has no button', async () => {
    const id = await waiting(units.other)
    const { html, status } = await auditor.get(`/cho-duyet/${id}`)
    expect(status).toBe(200)
    const main = html.slice(html.indexOf('<main'), html.indexOf('</main>'))
    expect(main).not.toContain('<button')
    expect(main).not.toContain('<form')
    for (const path of [`/cho-duyet/${id}/quyet-dinh`, `/cho-duyet/${id}/so-dinh-danh`])
      expect((await auditor.post(path, approve)).status).toBe(403)
    expect(await stateOf(id)).toBe('submitted')
  })
})

describe('several at once', () => {
  const chosen = (ids: readonly RequestId[]) => ({ chon: ids.map((id) => `${id}.2`) })
  const query = (act: string, ids: readonly RequestId[]) =>
    `/cho-duyet/nhieu?lam=${act}&${ids.map((id) => `chon=${id}`).join('&')}`

  test('are approved, each with an outcome of its own', async () => {
    const good = [await waiting(units.agency), await waiting(units.agency)]
    const own = await waiting(units.agency, 'Trần Thị Minh Hà', actors.approver.address)
    const other = await waiting(units.other)
    const inbox = await approver.get('/cho-duyet')
    expect(inbox.html).toContain(`name="chon" value="${good[0]}"`)
    const page = await approver.get(query('approve', [...good, own, other]))
    expect(plain(page.html)).toContain(vi.decisions.several.approve.title(2))
    expect(plain(page.html)).toContain(vi.workflow.turn['own-request'].slice(0, 20))
    expect(page.html).not.toContain(`/cho-duyet/${other}`)
    const none = await approver.fill(query('approve', good), chosen(good), '/cho-duyet/nhieu')
    expect(errorsIn(none.html).map(({ field }) => field)).toEqual(['identity', 'handOver'])

    // What the page keeps back is refused as well where it is sent all the same.
    const fields = { lam: 'approve', identity: 'hr-list', handOver: 'link' }
    const sent = { ...fields, ...chosen([own, ...good, other]) }
    const seen = await approver.fill(query('approve', good), sent, '/cho-duyet/nhieu')
    expect(seen.location).toBe('/cho-duyet/nhieu/ket-qua')
    expect(plain(seen.html)).toContain(vi.decisions.several.approve.done(2, 2))
    expect(plain(seen.html)).toContain(vi.refusals['own-request'])
    expect(await Promise.all([...good, own, other].map(stateOf))).toEqual([
      ...['approved', 'approved', 'submitted', 'submitted'],
    ])
    const { pool } = web.services.database
    const { rows } = await pool.query(`SELECT action FROM audit_entry WHERE subject = ANY ($1) ORDER BY action`, [
      good.map((id) => `request:${id}`),
    ])
    expect(rows.filter(({ action }) => action === 'request.approved')).toHaveLength(2)
  })

  test('of different kinds are named each by what it asks for, and only people are vouched for', async () => {
    const { services } = web
    const holders = [{ accountId: actors.second.accountId, rights: 'full' as const }]
    const asked = async (unitId: UnitId): Promise<RequestId> => {
      const ask = { kind: 'unit-mailbox' as const, unitId, holders, why: 'Theo phân công của Giám đốc Sở' }
      const into = { chosen: null, language: 'vi' as const }
      const sent = await services.requests.askAndSend(allowed('own.request', actors.second), ask, into)
      if (!sent.ok) throw new Error(sent.refusal.kind)
      return sent.value
    }
    const box = await asked(units.agency)
    const { version } = await services.database.prisma.request.findUniqueOrThrow({ where: { id: box } })
    const title = (await services.requests.read(allowed('request.read', actors.approver), box))?.title ?? ''
    expect(title).not.toBe('')

    const alone = await approver.get(query('approve', [box]))
    expect(plain(alone.html)).toContain(title)
    expect(plain(alone.html)).toContain(actors.second.name)
    expect(alone.html).not.toMatch(/name="(identity|handOver)"/)

    const person = await waiting(units.agency, 'Vi Thị Bích Ngần')
    const both = await approver.get(query('approve', [box, person]))
    expect(plain(both.html)).toContain(title)
    expect(plain(both.html)).toContain('Vi Thị Bích Ngần')
    expect(both.html).toMatch(/name="identity"/)
    const seen = await approver.fill(
      query('approve', [box, person]),
      { lam: 'approve', identity: 'hr-list', handOver: 'slip', chon: [`${box}.${version}`, `${person}.2`] },
      '/cho-duyet/nhieu',
    )
    expect(plain(seen.html)).toContain(vi.decisions.several.approve.done(2, 0))
    expect(plain(seen.html)).toContain(title)
    // A slip is a person's way in; a unit's mailbox has none.
    expect(seen.html.match(/muc=giao/g)).toHaveLength(1)
    // A unit's mailbox has a second step, of the province's IT staff.
    expect(plain(seen.html)).toContain(vi.decisions.several.states.submitted)
    expect(await Promise.all([box, person].map(stateOf))).toEqual(['submitted', 'approved'])
    const row = await services.database.prisma.request.findUniqueOrThrow({ where: { id: box } })
    expect([row.identity, row.handOver]).toEqual([null, null])
  })

  test('where the database goes away meanwhile: what was done is told, and the rest to be tried again', async () => {
    const ids = [await waiting(units.agency), await waiting(units.agency), await waiting(units.agency)]
    const { pool } = web.services.database
    await pool.query(`CREATE FUNCTION goes_away() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$`)
    await pool.query(`CREATE TRIGGER goes_away BEFORE UPDATE ON request FOR EACH ROW
      WHEN (NEW.id = '${ids[1]}') EXECUTE FUNCTION goes_away()`)
    const fields = { lam: 'approve', identity: 'hr-list', handOver: 'link', ...chosen(ids) }
    const seen = await approver.fill(query('approve', ids), fields, '/cho-duyet/nhieu')
    await pool.query('DROP TRIGGER goes_away ON request; DROP FUNCTION goes_away()')
    expect(seen.status).toBe(503)
    const text = plain(seen.html)
    expect(text).toContain(vi.decisions.several.approve.done(1, 2))
    expect(text.split(vi.decisions.several.tryAgain)).toHaveLength(3)
    for (const id of ids) expect(seen.html).toContain(`href="/cho-duyet/${id}"`)
    expect(await Promise.all(ids.map(stateOf))).toEqual(['approved', 'submitted', 'submitted'])

    const again = await approver.fill(query('approve', ids.slice(1)), fields, '/cho-duyet/nhieu')
    expect(plain(again.html)).toContain(vi.decisions.several.approve.done(2, 1))
  })

  test('are returned with one comment; whoever was faster is named', async () => {
    const ids = [await waiting(units.agency), await waiting(units.agency)]
    await decide(second, ids[1] as RequestId, { decision: 'reject', rejectText: 'Không thuộc đơn vị', version: '2' })
    const short = { lam: 'return', comment: 'ngắn', ...chosen(ids) }
    const again = await approver.fill(query('return', ids), short, '/cho-duyet/nhieu')
    expect(errorsIn(again.html)).toEqual([{ field: 'comment', text: vi.decision.errors.short }])
    const seen = await approver.fill(
      query('return', ids),
      { ...short, comment: 'Bổ sung quyết định tuyển dụng' },
      '/cho-duyet/nhieu',
    )
    expect(plain(seen.html)).toContain(vi.decisions.several.return.done(1, 1))
    expect(plain(seen.html)).toContain(actors.second.name)
    expect(await Promise.all(ids.map(stateOf))).toEqual(['returned', 'rejected'])
  })
})
