/** Tests of the event log. */
@NullMarked
package org.flowstream.event;

import org.jspecify.annotations.NullMarked;
