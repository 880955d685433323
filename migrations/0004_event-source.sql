ALTER TABLE `job_events` ADD `source_key` text;--> statement-breakpoint
CREATE UNIQUE INDEX `job_events_source` ON `job_events` (`source_key`) WHERE source_key is not null;