import { expect, test } from '../support/jest.ts'
import { logger } from '../../src/main/log.ts'

const written = (details: object): string => {
  const lines: string[] = []
  logger('info', { write: (line) => void lines.push(line) }).info(details, 'said')
  return lines.join('')
}

test.each([
  { password: 'bí mật' },
  { form: { password2: 'bí mật', _csrf: 'bí mật' } },
  { request: { headers: { cookie: 'bí mật', authorization: 'bí mật' } } },
  { person: { number: 'bí mật' } },
  { letter: { params: { secret: 'bí mật', code: 'bí mật' } } },
])('a log never holds a secret: %j', (details) => {
  expect(written(details)).toContain('[redacted]')
  expect(written(details)).not.toContain('bí mật')
})

test('what is no secret is told', () => {
  expect(written({ account: 'account:1' })).toContain('account:1')
})
