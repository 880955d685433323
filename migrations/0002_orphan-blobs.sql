CREATE TABLE `sweep_positions` (
	`name` text PRIMARY KEY NOT NULL,
	`position` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `files_blob` ON `files` (`blob_key`);--> statement-breakpoint
CREATE INDEX `job_artifacts_blob` ON `job_artifacts` (`blob_key`);--> statement-breakpoint
CREATE INDEX `models_blob` ON `models` (`adapter_key`);