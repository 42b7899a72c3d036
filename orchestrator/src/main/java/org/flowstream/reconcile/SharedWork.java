package org.flowstream.reconcile;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Work that serves all who ask before it begins: whoever asks while it goes on shares the next one with all who ask
 * meanwhile. So many who ask at the same time cost two pieces of work and not one each.
 */
final class SharedWork {
    private final Runnable work;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private boolean busy;
    private long begun;
    private long succeeded;

    SharedWork(Runnable work) {
        this.work = work;
    }

    /**
     * Returns when a piece of work is done that began after this call. Where one that was shared fails, each who shared it
     * does it for itself, and is told of its own failure.
     */
    void done() {
        if (begin()) {
            boolean good = false;
            try {
                work.run();
                good = true;
            } finally {
                end(good);
            }
        }
    }

    /** Whether it is for the caller to do it; else it was done. */
    private boolean begin() {
        lock.lock();
        try {
            long wanted = begun + 1;
            while (busy) {
                ended.awaitUninterruptibly();
                if (succeeded >= wanted) {
                    return false;
                }
            }
            busy = true;
            begun++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void end(boolean good) {
        lock.lock();
        try {
            busy = false;
            if (good) {
                succeeded = begun;
            }
            ended.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
