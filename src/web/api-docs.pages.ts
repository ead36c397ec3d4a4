import { z } from 'zod'
import type { ApiDocument } from '../api/document.ts'
import { readerOf } from './api-docs.ts'
import { HttpFault } from './http-fault.ts'
import { wordsOf, type Lang } from './rendering.ts'
import { fixed, type Route } from './route.ts'

const PATH = '/tai-lieu-api'
const PROBLEMS = `${PATH}/loi`

/** The API's documentation for people, made of the document that programs read. */
export function apiDocsPages(documents: Readonly<Record<Lang, ApiDocument>>): Route[] {
  const readerIn = (lang: Lang) => readerOf(documents[lang], wordsOf(lang).api.docs.types)
  const readers = { vi: readerIn('vi'), en: readerIn('en') }
  return [
    fixed(PATH, async (page) => {
      const { lang } = page
      const document = documents[lang]
      const { operations } = readers[lang]
      await page.render('api-docs.njk', {
        title: document.info.title,
        lead: document.info.summary,
        chapters: document['x-chapters'],
        url: document.servers[0]?.url ?? '',
        groups: document.tags.map(({ name, description }) => ({
          ...{ href: `${PATH}/${name}`, title: description },
          operations: operations.filter(({ tag }) => tag === name),
        })),
        problems: PROBLEMS,
      })
    }),
    fixed(PROBLEMS, async (page) => {
      const { t, lang } = page
      await page.render('api-problems.njk', {
        title: t.api.docs.problems,
        back: { href: PATH, text: t.api.docs.back },
        common: readers[lang].common,
        problems: [...documents[lang]['x-problems']].sort((a, b) => a.status - b.status || (a.kind < b.kind ? -1 : 1)),
      })
    }),
    fixed(`${PATH}/:tag`, async (page) => {
      const { t, lang } = page
      const name = page.param('tag', z.string())
      const tag = documents[lang].tags.find((each) => each.name === name)
      if (tag === undefined) throw new HttpFault(404)
      const operations = readers[lang].operations.filter((each) => each.tag === name)
      await page.render('api-group.njk', {
        title: tag.description,
        back: { href: PATH, text: t.api.docs.back },
        operations,
        schemas: readers[lang].schemasOf(operations),
        problems: PROBLEMS,
      })
    }),
  ]
}
