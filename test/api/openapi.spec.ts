import { afterAll, beforeAll, describe, expect, test } from '../support/jest.ts'
import { Validator } from '@seriousme/openapi-schema-validator'
import supertest from 'supertest'
import { z } from 'zod'
import { PROBLEMS } from '../../src/api/problem.ts'
import { readerOf } from '../../src/web/api-docs.ts'
import { apiEn } from '../../src/web/words/api.en.ts'
import { apiVi } from '../../src/web/words/api.vi.ts'
import { startApi, type ApiSystem } from '../support/api.ts'

let system: ApiSystem
beforeAll(async () => {
  system = await startApi()
}, 60_000)
afterAll(() => system.stop())

const LANGUAGES = ['vi', 'en'] as const
const words = { vi: apiVi.docs.types, en: apiEn.docs.types }

describe.each(LANGUAGES)('the document (%s)', (lang) => {
  test('is OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(system.api.document[lang]))
    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
  })

  test('is served to everybody, in the language that is asked for', async () => {
    const answer = await supertest(system.app).get('/api/v1/openapi.json').set('Accept-Language', lang)
    expect(answer.headers).toMatchObject({ 'content-language': lang, 'cache-control': 'public, max-age=300' })
    expect(answer.body).toEqual(JSON.parse(JSON.stringify(system.api.document[lang])))
  })

  test('says of every operation what it is, whom it needs and what it answers', () => {
    const reader = readerOf(system.api.document[lang], words[lang])
    const { operations } = reader
    expect(operations).toHaveLength(system.api.routes.length)
    for (const { id, summary, scopes, status, refusals, example } of operations) {
      expect([id, summary.length > 5, scopes.length > 0, status !== '', refusals.length >= 0]).toEqual([
        ...[id, true, true, true, true],
      ])
      expect(example).toMatch(/^curl /)
    }
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length)
    // Each is a link on the page for readers, to itself alone.
    const links = [
      ...operations.map(({ summary }) => summary),
      ...system.api.document[lang].tags.map((tag) => tag.description),
    ]
    expect(links.filter((text, at) => links.indexOf(text) !== at)).toEqual([])
    // What a schema names is described, too.
    const described = new Set(reader.schemasOf(operations).map(({ name }) => name))
    expect(Object.keys(system.api.document[lang].components.schemas).filter((name) => name !== 'Problem')).toEqual(
      expect.arrayContaining([...described]),
    )
  })
})

test('the two languages differ in words alone', () => {
  const [vi, en] = LANGUAGES.map((lang) =>
    JSON.stringify(system.api.document[lang], (key, value: unknown) =>
      ['description', 'summary', 'title', 'text'].includes(key) && typeof value === 'string' ? '' : value,
    ),
  )
  expect(en).toBe(vi)
})

test('every answer can be written as it is described: nothing in it goes one way only', () => {
  const oneWay: string[] = []
  for (const { id, answer } of system.api.routes)
    if (answer !== null)
      z.toJSONSchema(answer, {
        ...{ io: 'input', unrepresentable: 'any' },
        override({ zodSchema, path }) {
          const { def } = zodSchema._zod
          // A codec is a pipe with a way back.
          if (def.type === 'transform' || (def.type === 'pipe' && !('reverseTransform' in def)))
            oneWay.push(`${id} ${path.join('.')}`)
        },
      })
  expect(oneWay).toEqual([])
})

test('every problem has a title in both languages, and a status of a refusal', () => {
  for (const [kind, { status, title }] of Object.entries(PROBLEMS)) {
    expect([kind, status >= 400 && status < 600]).toEqual([kind, true])
    expect(title.vi).not.toBe(title.en)
  }
})
