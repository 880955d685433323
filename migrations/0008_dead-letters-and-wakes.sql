CREATE TABLE `dead_letters` (
	`id` text PRIMARY KEY NOT NULL,
	`queue` text NOT NULL,
	`body` text NOT NULL,
	`sent_ms` integer NOT NULL,
	`died_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `dead_letters_age` ON `dead_letters` (`died_ms`);--> statement-breakpoint
CREATE TABLE `scheduled_wakes` (
	`name` text PRIMARY KEY NOT NULL,
	`due_ms` integer NOT NULL
);
