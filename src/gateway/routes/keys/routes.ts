import { registerCreateApiKey } from './create.ts';
import { registerListApiKeys } from './list.ts';
import { registerRevokeApiKey } from './revoke.ts';
import { registerUpdateApiKey } from './update.ts';

export const keyRoutes = [registerCreateApiKey, registerListApiKeys, registerUpdateApiKey, registerRevokeApiKey];
