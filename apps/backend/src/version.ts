/** Version of this program, as `/api/version` tells it. */
export const version = '0.1.0'
