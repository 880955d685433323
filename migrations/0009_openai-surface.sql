CREATE TABLE `batch_parts` (
	`batch_id` text NOT NULL,
	`kind` text NOT NULL,
	`line` integer NOT NULL,
	`blob_key` text NOT NULL,
	PRIMARY KEY(`batch_id`, `kind`, `line`),
	FOREIGN KEY (`batch_id`) REFERENCES `batches`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `batch_parts_blob` ON `batch_parts` (`blob_key`);--> statement-breakpoint
CREATE TABLE `batches` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`key_id` text NOT NULL,
	`scopes` text NOT NULL,
	`status` text NOT NULL,
	`endpoint` text NOT NULL,
	`input_file` text NOT NULL,
	`model` text,
	`metadata` text,
	`output_expires_seconds` integer,
	`errors` text,
	`output_file` text,
	`error_file` text,
	`total` integer DEFAULT 0 NOT NULL,
	`completed` integer DEFAULT 0 NOT NULL,
	`failed` integer DEFAULT 0 NOT NULL,
	`input_tokens` integer DEFAULT 0 NOT NULL,
	`output_tokens` integer DEFAULT 0 NOT NULL,
	`offset` integer DEFAULT 0 NOT NULL,
	`line` integer DEFAULT 0 NOT NULL,
	`stalls` integer DEFAULT 0 NOT NULL,
	`created_ms` integer NOT NULL,
	`in_progress_ms` integer,
	`finalizing_ms` integer,
	`completed_ms` integer,
	`failed_ms` integer,
	`expired_ms` integer,
	`cancelling_ms` integer,
	`cancelled_ms` integer,
	`expires_ms` integer NOT NULL,
	`lease_token` text,
	`due_ms` integer,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `batches_project` ON `batches` (`project_id`,`id`);--> statement-breakpoint
CREATE INDEX `batches_due` ON `batches` (`due_ms`) WHERE due_ms is not null;--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`fingerprint` text,
	`request_id` text NOT NULL,
	`locked_until_ms` integer NOT NULL,
	`answer` text,
	`expires_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_expiry` ON `idempotency_keys` (`expires_ms`);