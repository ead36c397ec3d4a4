import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApiDocument, Operation } from '../../src/api/document.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { serve, type WebServer } from '../../src/main/serve.ts'
import { LETTER_BYTES } from '../../src/requests/official-letter.ts'
import { freePort } from '../../scripts/servers/ports.ts'
import { tokenOf } from '../support/api.ts'
import { contractOf, type Contract } from '../support/contract.ts'
import { startOffice, type Office } from '../support/database.ts'
import { seedStaff, seedUnits, someDetails, submitted } from '../support/system.ts'
import { plain } from '../support/web.ts'

let office: Office
let server: WebServer
let units: Record<'province' | 'agency' | 'department' | 'other', UnitId>
let base: string
let folder: string
let token: string
/** All that the walker knows: what the document says. */
let document: ApiDocument
let contract: Contract

beforeAll(async () => {
  const port = await freePort()
  base = `http://127.0.0.1:${port}`
  office = await startOffice({ env: { CONGVU_PORT: String(port), CONGVU_PUBLIC_URL: base } })
  const { services } = office
  units = await seedUnits(services)
  const staff = await seedStaff(services, 'it-staff', units.province, 'Lê Đức Thắng')
  server = await serve(services)
  token = await tokenOf(services, staff)
  folder = mkdtempSync(join(tmpdir(), 'congvu-curl-'))
  writeFileSync(join(folder, 'token.txt'), `Authorization: Bearer ${token}\n`, { mode: 0o600 })
  await submitted(services, someDetails(units.province, { fullName: 'Đặng Thị Hường' }))
}, 60_000)
afterAll(async () => {
  await server.stop()
  await office.stop()
  rmSync(folder, { recursive: true, force: true })
})

type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Record<string, unknown>
  readonly text: string
}

const run = (command: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { cwd: folder, env: { PATH: process.env['PATH'], ...env }, maxBuffer: 8_000_000, timeout: 20_000 }
    execFile(command, args, options, (error, out, err) =>
      error ? reject(new Error(`${command}: ${err}`, { cause: error })) : resolve(out),
    )
  })

/** What curl printed with `-i`: the head, an empty line, the body. */
function answerIn(printed: string): Answer {
  const end = printed.indexOf('\r\n\r\n')
  const [first = '', ...lines] = printed.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const text = printed.slice(end + 4)
  const json = headers['content-type']?.includes('json') ? (JSON.parse(text) as Record<string, unknown>) : {}
  return { status: Number(first.split(' ')[1]), headers, body: json, text }
}

const curl = async (...args: string[]) => answerIn(await run('curl', ['-sSi', ...args]))

/** Calls an operation as the document describes it, by its name alone. */
async function operate(
  id: string,
  given: {
    path?: Record<string, string>
    query?: string
    body?: object
    etag?: string
    key?: string
    /** The name of a file that is the body, and what it is said to be. */
    file?: string
    type?: string
  } = {},
): Promise<Answer> {
  const [template, method, operation] = find(id)
  const values: Record<string, string> = { 'Idempotency-Key': given.key ?? randomUUID(), 'If-Match': given.etag ?? '' }
  const headers = operation.parameters
    .filter(({ in: where, required }) => where === 'header' && required)
    .flatMap(({ name }) => ['-H', `${name}: ${values[name] ?? ''}`])
  const example = operation.requestBody?.content['application/json']?.example as object | undefined
  const sent = example && JSON.stringify({ ...example, ...given.body })
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => given.path?.[name] ?? '')
  const answer = await curl(
    ...['-X', method.toUpperCase(), '-H', '@token.txt', ...headers],
    ...(sent === undefined ? [] : ['-H', 'Content-Type: application/json', '-d', sent]),
    ...(given.file === undefined
      ? []
      : ['-H', `Content-Type: ${given.type ?? 'application/pdf'}`, '-H', 'Expect:', '--data-binary', `@${given.file}`]),
    `${document.servers[0]?.url ?? ''}${path}${given.query ?? ''}`,
  )
  contract({ method, path: `/api/v1${path}`, ...answer, body: answer.text === '' ? null : answer.body })
  return answer
}

function find(id: string): [path: string, method: string, operation: Operation] {
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods))
      if (operation.operationId === id) return [path, method, operation]
  throw new Error(`The document has no ${id}`)
}

describe('the API, walked with curl from its documentation alone', () => {
  test('is found from the first page', async () => {
    const home = await curl(`${base}/`)
    const docs = /href="(\/[^"]*)">[^<]*API/.exec(home.text)?.[1] ?? ''
    const page = await curl(`${base}${docs}`)
    const file = /href="([^"]*openapi\.json)"/.exec(page.text)?.[1] ?? ''
    document = (await curl(`${base}${file}`)).body as ApiDocument
    expect(document.openapi).toBe('3.1.1')
    contract = contractOf(document)
    expect((await operate('getMe')).body).toMatchObject({ name: 'Lê Đức Thắng', roles: [{ role: 'it-staff' }] })
  })

  test('pages through a list by the links that it gives', async () => {
    const seen: unknown[] = []
    let page = await operate('listUnits', { query: '?limit=2' })
    for (;;) {
      seen.push(...(page.body['items'] as { number: number }[]).map(({ number }) => number))
      const next = /<([^>]+)>; rel="next"/.exec(page.headers['link'] ?? '')?.[1]
      if (next === undefined) break
      page = await curl('-H', '@token.txt', next)
    }
    expect(seen).toEqual([1001, 1002, 1003, 1004])
  })

  test('adds a unit once, whoever replays it: a second program gets the very same answer', async () => {
    const key = randomUUID()
    const body = { name: 'Phòng Chuyển đổi số', parentId: units.agency, validFrom: '2026-01-01' }
    const first = await operate('createUnit', { body, key })
    expect(first.status).toBe(201)
    const [path, method, operation] = find('createUnit')
    const example = operation.requestBody?.content['application/json']?.example as object
    const again = await fetch(`${document.servers[0]?.url ?? ''}${path}`, {
      method: method.toUpperCase(),
      headers: { Authorization: `Bearer ${token}`, 'Idempotency-Key': key, 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...body, ...example, ...body }, null, 4),
    })
    expect([again.status, await again.text()]).toEqual([first.status, first.text])
    for (const name of ['location', 'etag', 'content-type']) expect(again.headers.get(name)).toBe(first.headers[name])
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    const found = await operate('listUnits', { query: '?q=chuyen+doi+so' })
    expect(found.body['items']).toHaveLength(1)
    // Where the answer says that it is.
    expect((await curl('-H', '@token.txt', `${base}${first.headers['location'] ?? ''}`)).body['name']).toBe(body.name)
  })

  test('changes it by the ETag of what was read; an old one is refused, and the refusal leads to its explanation', async () => {
    const { body } = await operate('listUnits', { query: '?q=chuyen+doi+so' })
    const [{ id }] = body['items'] as [{ id: string }]
    const read = await operate('getUnit', { path: { id } })
    const change = { name: 'Phòng Công nghệ số', parentId: units.agency, validFrom: '2027-01-01' }
    const etag = read.headers['etag'] ?? ''
    expect((await operate('changeUnit', { path: { id }, body: change, etag })).status).toBe(200)
    const late = await operate('changeUnit', { path: { id }, body: { ...change, validFrom: '2027-06-01' }, etag })
    expect(late.status).toBe(412)
    const type = String(late.body['type'])
    const [page = '', anchor = ''] = type.split('#')
    expect((await curl(page)).text).toContain(`id="${anchor}"`)
  })

  test('decides a request, and finds the account and the log of it', async () => {
    const waiting = await operate('listRequests', { query: '?tab=mine' })
    const [{ id }] = waiting.body['items'] as [{ id: string }]
    const read = await operate('getRequest', { path: { id } })
    expect(read.body).toMatchObject({ state: 'submitted', turn: { kind: 'yours' } })
    const done = await operate('approveRequest', { path: { id }, etag: read.headers['etag'] ?? '' })
    expect(done.body).toMatchObject({ state: 'approved' })
    const account = await operate('getAccount', { path: { id: String(done.body['accountId']) } })
    expect(account.body).toMatchObject({ displayName: 'Đặng Thị Hường', state: 'awaiting-activation' })
    const log = await operate('listAudit', { query: '?action=request.approved&limit=1' })
    expect(log.body['items']).toMatchObject([
      { subject: `request:${id}`, detail: { via: expect.stringMatching(/^token:/) } },
    ])
    expect((await operate('verifyAudit')).body).toMatchObject({ broken: null })
  })

  test('sends what needs an official letter: a draft, the signed PDF, and then the request', async () => {
    const { body: me } = await operate('getMe')
    const ask = { kind: 'quota', accountId: me['id'], quotaMb: 4_096, why: 'Hộp thư sắp đầy' }
    const policy = (await operate('getStepsPolicy')).headers['etag'] ?? ''
    const rule = { of: 'quota', place: { kind: 'everywhere' }, steps: [{ seat: 'it-staff', days: 2 }], letter: true }
    expect((await operate('setStepsRules', { body: { rules: [rule] }, etag: policy })).status).toBe(200)
    const refused = await operate('askFor', { body: { ask, address: null } })
    expect([refused.status, refused.body['missing']]).toEqual([422, 'letter'])

    const draft = await operate('draftRequest', { body: { ask } })
    expect(draft.body).toMatchObject({ state: 'draft', letter: null, letterNeeded: true })
    const path = { id: String(draft.body['id']) }
    const etag = draft.headers['etag'] ?? ''
    const early = await operate('sendOwnRequest', { path, etag })
    expect([early.status, early.body['missing']]).toEqual([422, 'letter'])

    writeFileSync(join(folder, 'cv.pdf'), '%PDF-1.7\nký số\n')
    writeFileSync(join(folder, 'web.pdf'), '<html><script>alert(1)</script>')
    writeFileSync(join(folder, 'long.pdf'), Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(LETTER_BYTES, 65)]))
    const said = `?number=${encodeURIComponent('125/QĐ-SNV')}&date=2026-11-02&fileName=${encodeURIComponent('Công văn.pdf')}`
    const put = (file: string, query = said, more: { etag?: string; type?: string } = {}) =>
      operate('putOwnLetter', { path, query, file, etag, ...more })
    const outcome = async (answer: Promise<Answer>) => {
      const { status, body } = await answer
      return [status, String(body['type']).split('#')[1]]
    }
    expect(await outcome(put('web.pdf'))).toEqual([422, 'not-pdf'])
    expect(await outcome(put('long.pdf'))).toEqual([413, 'too-large'])
    expect(await outcome(put('cv.pdf', said, { type: 'application/json' }))).toEqual([415, 'wrong-type'])
    expect(await outcome(put('cv.pdf', said, { etag: '"older"' }))).toEqual([412, 'changed'])
    expect(await outcome(put('cv.pdf', '?number=1&date=2999-01-01'))).toEqual([400, 'invalid'])
    expect(await outcome(operate('readOwnLetter', { path }))).toEqual([404, 'not-found'])

    const kept = await put('cv.pdf')
    expect(kept.body['letter']).toMatchObject({ number: '125/QĐ-SNV', date: '2026-11-02', fileName: 'Công văn.pdf' })
    expect(kept.headers['etag']).not.toBe(etag)
    const key = randomUUID()
    const send = () => operate('sendOwnRequest', { path, etag: kept.headers['etag'] ?? '', key })
    const sent = await send()
    expect(sent.body).toMatchObject({ state: 'submitted', waits: { seats: [{ kind: 'it-staff' }] } })
    const again = await send()
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([sent.text, 'true'])
    expect(await outcome(put('cv.pdf', said, { etag: sent.headers['etag'] ?? '' }))).toEqual([409, 'not-in-state'])

    expect((await operate('getRequest', { path })).body['letter']).toEqual(kept.body['letter'])
    for (const id of ['readOwnLetter', 'readOfficialLetter']) {
      const file = await operate(id, { path })
      expect([file.status, file.text]).toEqual([200, '%PDF-1.7\nký số\n'])
      expect(file.headers['content-disposition']).toBe(
        `attachment; filename="cong-van.pdf"; filename*=UTF-8''C%C3%B4ng%20v%C4%83n.pdf`,
      )
    }
    const log = await operate('listAudit', { query: '?action=request.letter-read&limit=1' })
    expect(log.body['items']).toMatchObject([{ subject: `request:${path.id}` }])
  })

  test('does what the page for readers prints, typed into a shell', async () => {
    const page = await curl(`${base}/tai-lieu-api/units`)
    const commands = [...page.text.matchAll(/<pre class="cv-source"><code>([\s\S]*?)<\/code><\/pre>/g)].map(
      ([, command = '']) =>
        plain(command).replaceAll('&#92;', '\\').replaceAll('6f1c2f0e-0000-4000-8000-000000000001', units.other),
    )
    const typed = async (part: string, env: Record<string, string> = {}) => {
      const command = commands.find((each) => each.includes(part)) ?? ''
      return answerIn(await run('sh', ['-c', command.replace(/^curl/, 'curl -sSi')], env))
    }
    const made = await typed('-X POST', { KEY: randomUUID() })
    expect(made.status).toBe(201)
    const ID = String(made.body['id'])
    const read = await typed('/units/$ID"', { ID })
    expect(read.body).toEqual(made.body)
    const ETAG = read.headers['etag'] ?? ''
    // The example's day is that of the version that exists.
    expect((await typed('/versions', { ID, ETAG, KEY: randomUUID() })).body['type']).toContain('#not-after-current')
  })
})
