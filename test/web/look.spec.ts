import { beforeAll, describe, expect, test } from '../support/jest.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import request from 'supertest'
import { assets, type Assets } from '../../src/web/assets.ts'
import { navigation, rendering, wordsOf, type Page, type Rendering } from '../../src/web/rendering.ts'
import { STATES } from '../../src/web/views/states.ts'
import { en } from '../../src/web/words/en.ts'
import { lettersEn } from '../../src/web/words/letters.en.ts'
import { lettersVi } from '../../src/web/words/letters.vi.ts'
import { vi } from '../../src/web/words/vi.ts'

const organisation = {
  name: 'Ủy ban nhân dân tỉnh Quảng Ninh',
  operator: 'Trung tâm Chuyển đổi số tỉnh Quảng Ninh',
  phone: '0203 3 123 456',
  email: 'hotro@quangninh.gov.vn',
  domain: 'quangninh.gov.vn',
  codePrefix: 'QN',
}
const OTHERS = /GDS Transport|crest|GOV\.UK|Crown/
let served: Assets
let pages: Rendering

beforeAll(async () => {
  served = await assets()
  pages = rendering({ organisation, assets: served })
})

const page = (lang: 'vi' | 'en', more: Partial<Page> = {}): Page => ({
  lang,
  t: wordsOf(lang),
  nonce: 'n0nce',
  csrfToken: 'token',
  user: { name: 'Trần Thị Minh Hà', role: wordsOf(lang).roles['unit-admin'], unitName: 'Sở Nội vụ' },
  nav: navigation('unit-admin', '/cho-duyet', wordsOf(lang), 37),
  path: '/cho-duyet',
  query: 'tab=overdue&q=a%26b',
  notice: null,
  title: 'Đề nghị',
  ...more,
})

describe('the style sheet', () => {
  test('names nothing that belongs to another government', () => {
    expect(served.css).not.toMatch(OTHERS)
  })

  test('has no line height under 1.4 in our own rules', () => {
    const folder = join(import.meta.dirname, '../../src/web/assets')
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.scss'))) {
      const text = readFileSync(join(folder, name), 'utf8')
      for (const [, ratio = ''] of text.matchAll(/line-height: ([\d.]+);/g))
        expect([name, Number(ratio) >= 1.4]).toEqual([name, true])
      for (const [, size = '', height = ''] of text.matchAll(
        /font-size: ([\d.]+)px[;,](?:\s*font-weight: \d+;)?\s*line-height: ([\d.]+)px/g,
      ))
        expect([name, size, Number(height) / Number(size) >= 1.4]).toEqual([name, size, true])
    }
  })

  test('reads well: text and tags have a contrast of at least 4.5', () => {
    const white = '#ffffff'
    const mist = token('mist')
    for (const name of ['text', 'secondary', 'action', 'action-dark', 'visited', 'brand', 'error', 'success', 'amber'])
      expect([name, contrast(token(name), white) >= 4.5]).toEqual([name, true])
    for (const name of ['text', 'secondary', 'action'])
      expect([name, contrast(token(name), mist) >= 4.5]).toEqual([name, true])
    for (const tone of ['neutral', 'info', 'wait', 'ok', 'bad', 'ended'])
      expect([tone, contrast(token(`${tone}-ink`), token(`${tone}-tint`)) >= 4.5]).toEqual([tone, true])
    for (const tone of ['info', 'wait', 'ok', 'bad'])
      expect([tone, contrast(token('text'), token(`${tone}-note`)) >= 4.5]).toEqual([tone, true])
    expect(contrast(token('text'), token('focus'))).toBeGreaterThan(4.5)
    expect(contrast(token('text'), token('highlight'))).toBeGreaterThan(4.5)
    expect(contrast(token('control'), white)).toBeGreaterThan(3)
    expect(contrast(token('rule'), white)).toBeGreaterThan(3)
  })

  test('is kept between starts and served for ever under its hash, compressed', async () => {
    const again = await assets(join(tmpdir(), 'congvu-look'))
    expect(again.path('app.css')).toBe(served.path('app.css'))
    const app = express().use(served.router)
    const answer = await request(app).get(served.path('app.css')).set('accept-encoding', 'gzip')
    expect(answer.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    const old = await request(app).get('/assets/000000000000/app.css')
    expect(old.headers['cache-control']).toBe('public, max-age=60')
    expect((await request(app).get('/assets/000000000000/..%2fassets.ts')).status).toBe(404)
    expect((await request(app).get(served.path('be-vietnam-pro-LICENSE.txt'))).text).toContain('SIL OPEN FONT LICENSE')
  })
})

describe('the words', () => {
  test('say the same things in both languages', () => {
    expect(shape(en)).toEqual(shape(vi))
    expect(shape(lettersEn)).toEqual(shape(lettersVi))
  })

  test('know every state', () => {
    for (const words of [vi, en]) {
      expect(Object.keys(words.guide.families).sort()).toEqual(Object.keys(STATES).sort())
      for (const [family, states] of Object.entries(STATES))
        expect(Object.keys(words.states[family as keyof typeof STATES])).toEqual(Object.keys(states))
    }
  })

  test('tell an applicant what to do, without a pronoun or an exclamation', () => {
    expect(texts(vi).filter((text) => /!|\bbạn\b|quý khách|vui lòng/i.test(text))).toEqual([])
    expect(texts(en).filter((text) => text.includes('!'))).toEqual([])
  })
})

describe.each(['vi', 'en'] as const)('a page in %s', (lang) => {
  const hostile = `"><script>alert(1)</script>'{{ 7*7 }}`

  test.each(['home.njk', 'help.njk', 'states.njk', 'fault.njk'])('%s has our shell and nobody else’s', (template) => {
    const html = pages.html(template, page(lang, { text: 'x' }))
    expect(html).not.toMatch(OTHERS)
    expect(html).toContain(`<html lang="${lang}"`)
    expect(html.match(/<h1/g)).toHaveLength(1)
    expect(html.match(/<main/g)).toHaveLength(1)
    expect(html).not.toMatch(/ style="/)
    expect(html).toMatch(/<script nonce="n0nce">/)
    expect(html).not.toMatch(/>undefined|\[object Object\]/)
  })

  test('escapes whatever people wrote', () => {
    const user = { name: hostile, role: hostile, unitName: hostile }
    const html = pages.html(
      'fault.njk',
      page(lang, {
        title: hostile,
        text: hostile,
        code: hostile,
        csrfToken: hostile,
        path: `/x${hostile}`,
        query: `q=${hostile}`,
        user,
        notice: { tone: 'bad', text: hostile },
        back: { href: hostile, text: hostile },
        errors: [{ field: hostile, text: hostile }],
      }),
    )
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain(`'{{ 7*7`)
    const slip = {
      name: hostile,
      unit: hostile,
      address: `${hostile}@x`,
      page: hostile,
      code: hostile,
      until: new Date(0),
    }
    expect(
      pages.html(
        'slip.njk',
        page(lang, { slip, heading: hostile, meta: hostile, unitName: hostile, giver: hostile, minPassword: 14 }),
      ),
    ).not.toContain('<script>alert')
    const filtered = pages.environment.renderString(
      '{{ x | address }}{{ tag(x, "info", x) }}{{ flag(x, "info", x) }}',
      { x: hostile },
    )
    expect(filtered).not.toContain('<script>')
  })

  test('keeps the page and its query when the language is switched', () => {
    const other = lang === 'vi' ? 'en' : 'vi'
    expect(pages.html('help.njk', page(lang))).toContain(`href="/cho-duyet?tab=overdue&amp;q=a%26b&amp;lang=${other}"`)
  })

  test('says in its title that there are errors, and links each to its field', () => {
    const html = pages.html(
      'fault.njk',
      page(lang, { errors: [{ field: 'nin', text: wordsOf(lang).request.errors.nin.empty }] }),
    )
    expect(html).toContain(`<title>${wordsOf(lang).common.errorTitlePrefix}`)
    expect(html).toContain('<a href="#nin">')
  })
})

describe('dates and numbers', () => {
  const at = new Date('2026-11-23T02:12:00Z')
  const say = (lang: 'vi' | 'en', template: string, x: unknown): string =>
    pages.environment.renderString(template, { lang, x })

  test('are Vietnam’s, as each language writes them', () => {
    expect(say('vi', '{{ x | instant }}', at)).toBe('09:12 ngày 23/11/2026')
    expect(say('en', '{{ x | instant }}', at)).toBe('09:12 on 23 November 2026')
    expect(say('vi', '{{ x | day }}', '2026-03-05')).toBe('05/03/2026')
    expect(say('vi', '{{ x | dayInWords }}', at)).toBe('ngày 23 tháng 11 năm 2026')
    expect(say('vi', '{{ x | dayAndMonth }}', at)).toBe('23/11')
    expect(say('en', '{{ x | dayAndMonth }} {{ x | short }}', at)).toBe('23 Nov 23 Nov 09:12')
    expect(say('en', '{{ x | bytes }}', 0)).toBe('0 bytes')
    expect(say('vi', '{{ x | number }}', 6000)).toBe('6.000')
    expect(say('en', '{{ x | number }}', 6000)).toBe('6,000')
    expect(say('vi', '{{ x | bytes }}', 1288490188)).toBe('1,2 GB')
    expect(say('vi', '{{ x | percent }}', 0.964)).toBe('96,4%')
    expect(say('vi', '{{ x | duration }}', 40 * 60_000)).toBe('40 phút')
    expect(say('en', '{{ x | duration }}', 3_600_000)).toBe('1 hour')
    expect(say('vi', '{{ x | instant }}', null)).toBe('–')
  })
})

const token = (name: string): string =>
  new RegExp(`--cv-${name}:\\s*(#[0-9a-f]{3,6})`).exec(served.css)?.[1] ?? `no ${name}`

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high + 0.05) / (low + 0.05)
}
function luminance(colour: string): number {
  const digits = colour.length === 4 ? colour.slice(1).replace(/./g, '$&$&') : colour.slice(1)
  const [r = NaN, g = NaN, b = NaN] = [0, 2, 4].map((from) => {
    const value = parseInt(digits.slice(from, from + 2), 16) / 255
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

type Shape = 'text' | 'function' | { readonly [key: string]: Shape }
function shape(words: unknown): Shape {
  if (typeof words === 'string') return 'text'
  if (typeof words === 'function') return 'function'
  return Object.fromEntries(Object.entries(words as Record<string, unknown>).map(([key, value]) => [key, shape(value)]))
}
function texts(words: unknown): readonly string[] {
  if (typeof words === 'string') return [words]
  if (typeof words === 'function') return [String(words)].map((code) => code.replace(/=>|!==?/g, ''))
  return Object.values(words as Record<string, unknown>).flatMap(texts)
}
