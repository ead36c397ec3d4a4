import { afterAll, beforeAll, beforeEach, describe, expect, test } from '../support/jest.ts'
import type { UnitId } from '../../src/kernel/ids.ts'
import { vi } from '../../src/web/words/vi.ts'
import { seedUnits, unique } from '../support/system.ts'
import { errorsIn, plain, startWeb, visitor, type Visitor, type WebSystem } from '../support/web.ts'

/** What people and machines send to break things: filters, names, markup, statements, and text that is not what it seems. */
const HOSTILE: Readonly<Record<string, string>> = {
  'LDAP filter': '*)(objectClass=*))(|(uid=*',
  'LDAP name': 'cn=x,dc=y+uid=z\\2c#"<>;',
  HTML: `"><script>alert(1)</script><img src=x onerror=alert(1)>`,
  template: '{{ 1234*5678 }}{% include "../../package.json" %}${1234*5678}',
  SQL: `'; DROP TABLE request; --`,
  NUL: 'Nguyễn\u0000Văn An',
  bidi: 'Nguyễn \u202eVăn An',
  'zero width': 'Nguyễn\u200b Văn An',
  'private use': 'Nguyễn \ue000 An',
  newline: 'Nguyễn\r\nBcc: x@example.com',
  long: 'Nguyễn '.repeat(2_000),
  percent: '%00%0d%0a%zz',
  prototype: '__proto__',
  number: '9'.repeat(400),
  blank: ' \t\u00a0\u3000 ',
  empty: '',
}

let web: WebSystem
let units: Record<'agency', UnitId>
beforeAll(async () => {
  web = await startWeb()
  units = await seedUnits(web.services)
})
afterAll(() => web.stop())
beforeEach(() => web.calm())

const good = (more: Record<string, string> = {}): Record<string, string> => ({
  ...{ fullName: 'Nguyễn Văn An', given: '', birthDay: '5', birthMonth: '9', birthYear: '1988', sex: 'male' },
  ...{ number: `022088${String(100_000 + unique())}`, unit: 'Sở Nội vụ', unitId: '', unitChoice: '' },
  ...{ position: 'Chuyên viên', employment: 'contract', phone: '' },
  ...{ contractEndDay: '1', contractEndMonth: '1', contractEndYear: '2040' },
  ...more,
})
async function confirmed(): Promise<{ who: Visitor; email: string }> {
  const email = `nguoi${unique()}@example.com`
  const who = visitor(web.app)
  await who.fill('/de-nghi', { email })
  const { code } = await web.letter('confirm', email)
  await who.fill('/de-nghi/ma', { code })
  return { who, email }
}
const stored = async () => {
  const { prisma } = web.services.database
  return [await prisma.request.findMany(), await prisma.outbox.count(), await prisma.token.findMany()]
}
/** Nothing of what was sent runs or breaks out of its place. */
function harmless(html: string): void {
  expect(html).not.toMatch(/<script>alert|<img src=x|>undefined<|\[object Object\]/)
  expect(html).not.toContain(String(1234 * 5678))
}

describe('hostile personal details', () => {
  /** Fields where each of these is simply wrong; the rest may take odd but harmless text. */
  const FREE = ['position', 'unit', 'given', 'phone', 'unitId', 'unitChoice', 'contractEndDay']
  const anchors: Readonly<Record<string, string>> = {
    birthDay: 'birth',
    contractEndDay: 'contractEnd',
    birthMonth: 'birth',
    birthYear: 'birth',
    contractEndMonth: 'contractEnd',
    contractEndYear: 'contractEnd',
  }

  test.each(Object.keys(good()))('%s: a message beside the field, and nothing stored', async (field) => {
    const { who, email } = await confirmed()
    const before = await stored()
    for (const [kind, value] of Object.entries(HOSTILE)) {
      const seen = await who.fill('/de-nghi/thong-tin', good({ [field]: value }))
      expect([kind, seen.status]).toEqual([kind, 200])
      const errors = errorsIn(seen.html)
      if (errors.length === 0) {
        // Odd, but a text all the same: it was taken as what it is.
        expect([kind, field, FREE.includes(field)]).toEqual([kind, field, true])
        const row = await web.services.database.prisma.request.findFirstOrThrow({ where: { contactEmail: email } })
        expect([row.unitId, row.fullName]).toEqual([units.agency, 'Nguyễn Văn An'])
        await web.services.database.prisma.request.updateMany({
          where: { contactEmail: email },
          data: { fullName: null, position: null },
        })
        continue
      }
      expect([kind, errors[0]?.field.startsWith(anchors[field] ?? field)]).toEqual([kind, true])
      expect(errors.every(({ text }) => text.length > 5)).toBe(true)
      harmless(seen.html)
      if (FREE.includes(field)) continue
      expect([kind, await stored()]).toEqual([kind, before])
    }
  })

  test('takes a decomposed name as the same name composed', async () => {
    const { who, email } = await confirmed()
    await who.fill('/de-nghi/thong-tin', good({ fullName: 'Nguyễn Văn Ổn'.normalize('NFD') }))
    const row = await web.services.database.prisma.request.findFirstOrThrow({ where: { contactEmail: email } })
    expect(row.fullName).toBe('Nguyễn Văn Ổn'.normalize('NFC'))
  })

  test('with every field missing names every one that is needed', async () => {
    const { who } = await confirmed()
    const seen = await who.fill('/de-nghi/thong-tin', {})
    expect(errorsIn(seen.html).map(({ field }) => field)).toEqual([
      ...['fullName', 'birthDate', 'sex', 'number', 'unit', 'position', 'employment'],
    ])
  })

  test('with a field sent many times, or as an object, is read as one text', async () => {
    const { who } = await confirmed()
    const { fullName: _one, ...rest } = good()
    const many = await who.fill('/de-nghi/thong-tin', { ...rest, fullName: ['Trần Văn Một', 'Trần Văn Hai', '!'] })
    expect(errorsIn(many.html)[0]?.text).toBe(vi.request.errors.fullName.odd('!'))
    const object = await who.fill('/de-nghi/thong-tin', { ...rest, 'fullName[a]': 'x', '__proto__[x]': '1' })
    expect(errorsIn(object.html)[0]?.text).toBe(vi.request.errors.fullName.empty)
  })
})

describe.each([
  ['/de-nghi', ['email'], '/de-nghi'],
  ['/theo-doi', ['code', 'email'], '/theo-doi'],
  ['/kich-hoat', ['address', 'code'], '/kich-hoat'],
  ['/dang-nhap', ['login', 'password'], '/dang-nhap'],
] as const)('hostile text sent to %s', (path, fields, page) => {
  test.each(fields)('as %s: a message, and nothing stored', async (field) => {
    const before = await stored()
    for (const [kind, value] of Object.entries(HOSTILE)) {
      await web.calm()
      const others = Object.fromEntries(fields.map((each) => [each, 'ai.do@example.com']))
      const seen = await visitor(web.app).fill(path, { ...others, [field]: value })
      expect([kind, seen.status, seen.location]).toEqual([kind, 200, page])
      expect([kind, errorsIn(seen.html).length > 0]).toEqual([kind, true])
      harmless(seen.html)
    }
    expect(await stored()).toEqual(before)
  })
})

describe('hostile text at the later steps', () => {
  test('as code, address, declaration or a step out of turn', async () => {
    const { who } = await confirmed()
    await who.fill('/de-nghi/thong-tin', good())
    const waiting = visitor(web.app)
    await waiting.fill('/de-nghi', { email: `cho${unique()}@example.com` })
    const before = await stored()
    for (const value of Object.values(HOSTILE)) {
      await web.calm()
      for (const seen of [
        await who.fill('/de-nghi/dia-chi', { local: value }),
        await waiting.fill('/de-nghi/ma', { code: value }),
      ]) {
        expect(seen.status).toBe(200)
        expect(errorsIn(seen.html)).toHaveLength(1)
        harmless(seen.html)
      }
      expect(await who.fill('/de-nghi/dia-chi', { declaration: value }, '/de-nghi/kiem-tra')).toMatchObject({
        status: 200,
        location: '/de-nghi/dia-chi',
      })
    }
    expect(await stored()).toEqual(before)
  })

  test('in addresses: a page, never a fault', async () => {
    for (const value of Object.values(HOSTILE)) {
      // More than 16 KB of headers is refused by Node itself.
      const q = encodeURIComponent(value.slice(0, 1_000))
      for (const path of [`/theo-doi?ma=${q}`, `/dang-nhap?tiep=${q}`, `/don-vi/tim?q=${q}`, `/?lang=${q}`]) {
        const seen = await visitor(web.app).get(path)
        expect([path.slice(0, 30), seen.status]).toEqual([path.slice(0, 30), 200])
        harmless(seen.html)
      }
    }
  })
})

describe('a form', () => {
  test('that is too large is a 413, whatever it holds', async () => {
    const who = visitor(web.app)
    await who.get('/de-nghi')
    const seen = await who.post('/de-nghi', { email: 'x'.repeat(10 * 1024 * 1024) })
    expect(seen.status).toBe(413)
    expect(plain(seen.html)).toContain(vi.faults.tooLarge.title)
  })

  test('without its token, or with somebody else’s, is refused and changes nothing', async () => {
    const before = await stored()
    const other = visitor(web.app)
    await other.fill('/theo-doi', {})
    const foreign = /name="_csrf" value="([^"]+)"/.exec((await other.get('/de-nghi')).html)?.[1] ?? ''
    for (const path of ['/de-nghi', '/de-nghi/ma', '/theo-doi', '/kich-hoat', '/dang-nhap', '/dang-xuat'])
      for (const token of ['', 'x', foreign]) {
        const who = visitor(web.app)
        await who.get('/de-nghi')
        const answer = await who.agent.post(path).type('form').send({ _csrf: token, email: 'a@example.com' })
        expect([path, answer.status]).toEqual([path, 403])
        expect(plain(answer.text)).toContain(vi.faults.stale.title)
      }
    expect(await stored()).toEqual(before)
  })

  test('that is not a form is a 4xx', async () => {
    const who = visitor(web.app)
    await who.get('/de-nghi')
    for (const [type, body] of [
      ['application/json', '{"_csrf":1,"email":{"$ne":1}}'],
      ['multipart/form-data; boundary=x', '--x--'],
      ['application/x-www-form-urlencoded; charset=utf-7', 'a=1'],
      ['application/x-www-form-urlencoded', 'a=1&'.repeat(1_000)],
    ] as const) {
      const answer = await who.agent.post('/de-nghi').set('content-type', type).send(body)
      expect([type, answer.status >= 400 && answer.status < 500]).toEqual([type, true])
    }
  })

  test('sent too often ends with a 429 page', async () => {
    const who = visitor(web.app)
    const email = `nguoi${unique()}@example.com`
    const seen = []
    for (let n = 0; n < 6; n++) seen.push((await who.fill('/de-nghi', { email })).status)
    expect(seen).toEqual([200, 200, 200, 200, 200, 429])
    expect(plain((await who.post('/de-nghi', { email })).html)).toContain(vi.faults.tooMany.title)
  })
})
