/** How long a worker may use a URL that goes past the gateway: a transfer's own limit is five minutes. */
export const DIRECT_URL_S = 600;
