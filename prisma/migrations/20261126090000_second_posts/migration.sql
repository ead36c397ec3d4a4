-- A second post ends by its date; whether the unit's group has been told is noted, as it is of a unit's new version.
ALTER TABLE "post" ADD COLUMN "followed" BOOLEAN NOT NULL DEFAULT true;
CREATE INDEX post_unfollowed ON post (valid_to) WHERE NOT followed;

-- Whether a hold was asked for that a second person has not yet agreed to.
CREATE FUNCTION account_hold_asked(account uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM scheduled_change c WHERE c.subject_id = account AND c.state = 'proposed' AND c.command->>'type' = 'hold')
$$;
