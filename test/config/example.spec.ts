import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '../support/jest.ts'
import { settingNames } from '../../src/main/config.ts'

test('.env.example names every setting, and nothing else', () => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', '.env.example'), 'utf8')
  const named = [...text.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name)
  expect(named.toSorted()).toEqual(settingNames().toSorted())
})
