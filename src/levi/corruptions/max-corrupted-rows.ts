/** Rows beyond these cost more time than they add certainty. In a file of its own, as gateways read it, who load no engine. */
export const MAX_CORRUPTED_ROWS = 500;
