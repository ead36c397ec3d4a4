type Json = Readonly<Record<string, unknown>>

/** A part of the document that describes a value: JSON Schema 2020-12. */
export type Schema = Json
export type Parameter = {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description: string
  readonly schema: Schema
}
export type Content = Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>>
export type Operation = {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  /** The scopes that a token needs. */
  readonly security: readonly { readonly token: readonly string[] }[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly headers?: Json; readonly content?: Content }>
  >
}
/** A type of problem: its URI, the name at the end of it, its status and its title. */
export type ProblemType = {
  readonly type: string
  readonly kind: string
  readonly status: number
  readonly title: string
}

/** The API's OpenAPI 3.1 document in one language, as far as we write it: what programs read, and what the reader page shows. */
export type ApiDocument = {
  readonly openapi: '3.1.1'
  readonly info: {
    readonly title: string
    readonly version: string
    readonly summary: string
    readonly description: string
  }
  readonly servers: readonly { readonly url: string }[]
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>>; readonly securitySchemes: Json }
  /** What holds for all operations alike, by chapter. */
  readonly 'x-chapters': readonly { readonly id: string; readonly title: string; readonly text: string }[]
  readonly 'x-problems': readonly ProblemType[]
}
