/** The one place of this process that reads the environment. Names and meanings stand in `config.ts`. */
export const readEnv = (): Readonly<Record<string, string | undefined>> => ({ ...process.env })
