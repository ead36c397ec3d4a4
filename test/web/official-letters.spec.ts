import { afterAll, beforeAll, expect, test } from '../support/jest.ts'
import type { PersonActor } from '../../src/access/policy.ts'
import type { RequestId, UnitId } from '../../src/kernel/ids.ts'
import { LETTER_BYTES } from '../../src/requests/official-letter.ts'
import { vi } from '../../src/web/words/vi.ts'
import { signedIn } from '../support/signed-in.ts'
import { allowed, seedStaff, seedUnits } from '../support/system.ts'
import { errorsIn, plain, startWeb, visitor, type Seen, type Visitor, type WebSystem } from '../support/web.ts'

let web: WebSystem
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let approver: Visitor, foreign: Visitor, auditor: Visitor
let it: PersonActor
const PDF = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(5_000, 7)])
const says = vi.decisions.letter

beforeAll(async () => {
  web = await startWeb()
  const { services } = web
  units = await seedUnits(services)
  it = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  const staff = (role: 'unit-admin' | 'auditor', unit: UnitId, name: string) =>
    seedStaff(services, role, unit, name).then((actor) => signedIn(web, actor))
  approver = await staff('unit-admin', units.agency, 'Trần Thị Minh Hà')
  foreign = await staff('unit-admin', units.other, 'Lục Văn Sìn')
  auditor = await staff('auditor', units.province, 'Chíu Thị Hường')
  // The policy as IT staff change it on its page.
  const page = await signedIn(web, it)
  const path = '/quy-dinh/phe-duyet/sua?loai=person&noi=everywhere'
  const rule = { seat1: 'unit-admin', days1: '1', letter: 'yes', seen: '0', why: 'Theo quy chế mới của tỉnh' }
  const saved = await page.fill(path, rule)
  expect(plain(saved.html)).toContain(says.policyShort)
}, 60_000)
afterAll(() => web.stop())

/** Somebody who has come to the letter: their contact address, details and mailbox address are given. */
async function applicant(email: string): Promise<{ who: Visitor; id: RequestId }> {
  const who = visitor(web.app)
  await who.fill('/de-nghi', { email })
  const { code } = await web.letter('confirm', email)
  await who.fill('/de-nghi/ma', { code })
  await who.fill('/de-nghi/thong-tin', {
    ...{ unitId: units.agency, unit: 'Sở Nội vụ', fullName: 'Đặng Thị Hường', sex: 'female', number: '022188000123' },
    ...{ birthDay: '5', birthMonth: '9', birthYear: '1988', position: 'Chuyên viên', employment: 'civil-servant' },
  })
  const page = await who.get('/de-nghi/dia-chi')
  const local = /name="local"[^>]*value="([^"]+)"/.exec(page.html)?.[1] ?? ''
  const next = await who.fill('/de-nghi/dia-chi', { local })
  expect(next.location).toBe('/de-nghi/kiem-tra')
  const { id } = await web.services.database.prisma.request.findFirstOrThrow({ where: { contactEmail: email } })
  return { who, id: id as RequestId }
}
async function attach(
  who: Visitor,
  fields: Readonly<Record<string, string>>,
  file?: { readonly content: Buffer; readonly name: string; readonly type?: string },
): Promise<Seen> {
  const token = /name="_csrf" value="([^"]+)"/.exec((await who.get('/de-nghi/cong-van')).html)?.[1] ?? ''
  let sending = who.agent.post('/de-nghi/cong-van').field('_csrf', token)
  for (const [name, value] of Object.entries(fields)) sending = sending.field(name, value)
  if (file)
    sending = sending.attach('file', file.content, { filename: file.name, contentType: file.type ?? 'application/pdf' })
  const sent = await sending
  expect(sent.status).toBe(303)
  const location = String(sent.headers['location'])
  return { ...(await who.get(location)), location }
}
const letter = { number: '125/SNV-VP', letterDay: '2', letterMonth: '3', letterYear: '2026' }
const download = async (who: Visitor, path: string) =>
  who.agent
    .get(path)
    .buffer(true)
    .parse((answer, done) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => done(null, Buffer.concat(chunks)))
    })

test('a request that needs an official letter is sent with one, and whoever may see the request downloads it', async () => {
  const { who, id } = await applicant('huong@example.com')
  // Without it, nothing is sent.
  const asked = await who.get('/de-nghi/kiem-tra')
  expect(asked.location).toBe('/de-nghi/cong-van')
  expect(plain((await who.get('/de-nghi/cong-van')).html)).toContain(says.needed)
  await who.post('/de-nghi/kiem-tra', { declaration: 'yes' })
  const refused = await web.services.requests.submit(id)
  expect(refused).toEqual({ ok: false, refusal: { kind: 'incomplete', missing: 'letter' } })

  const wrong = async (fields: Record<string, string>, ...file: [Parameters<typeof attach>[2]?]) =>
    errorsIn((await attach(who, fields, ...file)).html)
  expect(await wrong({})).toEqual([
    ...[
      { field: 'number', text: says.errors.number },
      { field: 'letter', text: says.errors.date },
    ],
    { field: 'file', text: says.errors['no-file'] },
  ])
  const pdf = { content: PDF, name: 'công văn <1>.pdf' }
  expect(await wrong({ ...letter, letterDay: '31', letterMonth: '2' }, pdf)).toEqual([
    { field: 'letter', text: says.errors['no-such-date'] },
  ])
  expect(await wrong({ ...letter, letterYear: '2999' }, pdf)).toEqual([{ field: 'letter', text: says.errors.future }])
  for (const [content, text] of [
    [Buffer.from('<html><script>alert(1)</script>'), says.errors['not-pdf']],
    [Buffer.from('MZ not a letter'), says.errors['not-pdf']],
    [Buffer.alloc(0), says.errors['empty-file']],
    [Buffer.concat([PDF, Buffer.alloc(LETTER_BYTES)]), says.errors['too-large']],
  ] as const)
    expect(await wrong(letter, { content, name: 'cv.pdf' })).toEqual([{ field: 'file', text }])
  // The database would refuse it as well.
  const forged = web.services.requests.attachLetter(
    id,
    { number: '1', date: '2026-01-01' as never },
    {
      ...{ name: 'x.pdf', content: Buffer.from('<html>') },
    },
  )
  await expect(forged).rejects.toThrow()

  const seen = await attach(who, letter, pdf)
  expect(seen.location).toBe('/de-nghi/kiem-tra')
  expect(plain(seen.html)).toContain('125/SNV-VP ngày 02/03/2026')
  expect((await who.post('/de-nghi/kiem-tra', { declaration: 'yes' })).location).toBe('/de-nghi/da-gui')

  const path = `/cho-duyet/${id}/cong-van`
  expect((await approver.get(`/cho-duyet/${id}`)).html).toContain(path)
  expect((await who.get('/theo-doi/ket-qua')).html).toContain('/theo-doi/cong-van')
  for (const [reader, from] of [
    [approver, path],
    [auditor, path],
    [who, '/theo-doi/cong-van'],
  ] as const) {
    const got = await download(reader, from)
    expect(got.status).toBe(200)
    expect(PDF.equals(got.body as Buffer)).toBe(true)
    expect(got.headers['content-disposition']).toBe(
      `attachment; filename="cong-van.pdf"; filename*=UTF-8''c%C3%B4ng%20v%C4%83n%20%3C1%3E.pdf`,
    )
    expect(got.headers).toMatchObject({
      ...{
        'content-type': 'application/pdf',
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, no-store',
      },
      'content-security-policy': "default-src 'none'; sandbox",
    })
  }
  expect((await foreign.get(path)).status).toBe(404)
  expect((await visitor(web.app).get('/theo-doi/cong-van')).location).toBe('/theo-doi')
  const { rows } = await web.services.database.pool.query<{ action: string }>(
    `SELECT action FROM audit_entry WHERE subject = $1 AND action LIKE '%letter%' ORDER BY seq`,
    [`request:${id}`],
  )
  expect(rows.map(({ action }) => action.slice(8))).toEqual(['letter-attached', 'letter-read', 'letter-read'])

  // Corrected, its file may stay; what was sent before is kept beside what takes its place.
  const decide = allowed(
    'request.decide',
    (await web.services.actors.byId(await idOf('Trần Thị Minh Hà'))) ?? undefined,
  )
  await web.services.requests.return(decide, id, { version: 2, comment: 'Ghi lại số công văn' })
  await who.post('/theo-doi/bo-sung')
  expect((await attach(who, { ...letter, number: '126/SNV-VP' })).location).toBe('/de-nghi/kiem-tra')
  await who.post('/de-nghi/kiem-tra', { declaration: 'yes' })
  for (const seen of [await approver.get(`/cho-duyet/${id}`), await who.get('/theo-doi/ket-qua')]) {
    expect(plain(seen.html)).toContain(vi.decisions.differences.title)
    expect(seen.html).toContain('<del>125/SNV-VP ngày 02/03/2026</del>')
    expect(seen.html).toContain('<ins>126/SNV-VP ngày 02/03/2026</ins>')
    expect(seen.html.match(/<del>/g)).toHaveLength(1)
  }
  const kept = await web.services.database.prisma.officialLetter.findMany({
    ...{
      where: { requestId: id },
      orderBy: { addedAt: 'asc' },
      select: { number: true, sending: true, fileName: true },
    },
  })
  expect(kept).toEqual([
    { number: '125/SNV-VP', sending: 1, fileName: 'công văn <1>.pdf' },
    { number: '126/SNV-VP', sending: 2, fileName: 'công văn <1>.pdf' },
  ])
})

const idOf = async (name: string) =>
  (await web.services.database.prisma.account.findFirstOrThrow({ where: { displayName: name } })).id as never
