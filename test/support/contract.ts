import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'
import type { ApiDocument } from '../../src/api/document.ts'

// A CommonJS module: what it exports is its default.
const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => void

export type Answered = {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}
export type Contract = (answered: Answered) => void

/**
 * Holds every answer against the document: the operation exists, the status is foreseen, headers and type are as said, and the body
 * has every field that is described, and none that is not. Throws with all that is wrong.
 */
export function contractOf(document: ApiDocument): Contract {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats(ajv)
  ajv.addSchema(exact(document), 'document')
  const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...{ method, template, operation, plain: template.split('{').length },
      pattern: new RegExp(`^/api/v1${template.replace(/\{\w+\}/g, '[^/]+')}$`),
    })),
  )
  operations.sort((a, b) => a.plain - b.plain)

  return ({ method, path, status, headers, body }) => {
    const where = `${method.toUpperCase()} ${path} → ${status}`
    const found = operations.find((each) => each.method === method.toLowerCase() && each.pattern.test(path))
    if (!found) {
      // What no operation is for is a problem all the same.
      if (status !== 404 && status !== 405 && status !== 400) throw new Error(`${where}: there is no such operation`)
      return
    }
    const { template, operation } = found
    const foreseen = operation.responses[String(status)]
    if (!foreseen) throw new Error(`${where}: not foreseen for ${operation.operationId}: ${JSON.stringify(body)}`)
    for (const name of Object.keys(foreseen.headers ?? {}))
      if (name !== 'Link' && headers[name.toLowerCase()] === undefined) throw new Error(`${where}: lacks ${name}`)
    const [type] = Object.keys(foreseen.content ?? {})
    if (type === undefined) {
      if (body !== null) throw new Error(`${where}: has a body`)
      return
    }
    const sent = headers['content-type'] ?? ''
    if (!sent.startsWith(type)) throw new Error(`${where}: is ${sent}`)
    const steps = ['paths', template, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema']
    const pointer = steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')
    const validate = ajv.getSchema(`document#/${pointer}`)
    if (!validate) throw new Error(`${where}: has no schema`)
    if (validate(body) !== true)
      throw new Error(`${where}: ${ajv.errorsText(validate.errors, { dataVar: 'body' })} in ${JSON.stringify(body)}`)
  }
}

/** The document with answers closed: clients must ignore what they do not know, a test must not. */
function exact(document: ApiDocument): object {
  const close = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(close)
    if (node === null || typeof node !== 'object') return node
    const closed = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, close(value)]))
    const open = 'properties' in closed && !('additionalProperties' in closed) && !('$ref' in closed)
    return open ? { ...closed, additionalProperties: false } : closed
  }
  const { Problem, ...schemas } = document.components.schemas
  const whole = close({ ...document, components: { ...document.components, schemas } }) as {
    components: { schemas: object }
  }
  return { ...whole, components: { schemas: { ...whole.components.schemas, Problem } } }
}
