/** Encodings of Vietnamese from before Unicode, and UTF-8 that somebody read as Windows-1252. */
export const OLD_ENCODINGS = ['tcvn3', 'vni', 'windows-1258', 'mojibake'] as const
export type OldEncoding = (typeof OLD_ENCODINGS)[number]
export type Encoding = 'unicode' | OldEncoding
