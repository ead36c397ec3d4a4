// A process of its own: the least that an Express service could do for a page, the same statements and JSON.
import { readFileSync } from 'node:fs'
import express from 'express'
import pg from 'pg'
import type { Statement } from './inbox.ts'

const [port = '0', file = ''] = process.argv.slice(2)
const pages = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Statement[]>
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 20 })
const app = express()

app.get('/:page', async (request, response) => {
  const answers: unknown[] = []
  for (const statement of pages[request.params.page] ?? []) answers.push((await pool.query(statement)).rows)
  response.json(answers)
})
app.listen(Number(port), '127.0.0.1')
