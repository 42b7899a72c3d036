package org.flowstream.reconcile;

import org.flowstream.event.Event;
import org.flowstream.event.EventLog;
import org.flowstream.model.Owner;
import org.flowstream.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the loop go on where the store cannot be written: what was to be noted is noted by a later pass. One thread's. */
final class StoreNews {
    private static final Logger LOG = LoggerFactory.getLogger(StoreNews.class);

    private final EventLog events;
    private boolean answers = true;

    StoreNews(EventLog events) {
        this.events = events;
    }

    /** Does what writes to the store, and tells when that begins to fail and when it works again. */
    void attempt(Runnable notes) {
        try {
            notes.run();
            tell(true, "");
        } catch (StoreException e) {
            tell(false, String.valueOf(e.getMessage()));
        }
    }

    private void tell(boolean now, String detail) {
        if (now != answers) {
            answers = now;
            LOG.warn("the store {} {}", now ? "can be written again" : "cannot be written:", detail);
            events.add(Owner.OPERATOR, new Event.SystemChanged("store", now, detail));
        }
    }
}
