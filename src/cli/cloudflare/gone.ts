/** How wrangler and the API say that a thing is not in the account. 7404: the database; 10006: the bucket; 10007: the Worker. */
export const GONE =
  /not (?:be )?found|does not exist|could ?n.t find|no such (?!table)|\[code: (?:7404|10006|10007)\]/i;
