/**
 * Declared objects as users write them: from documents, with the place of each mistake, to what the daemon is given, and
 * back again.
 */
@DependsOn("chain")
@NullMarked
package org.flowstream.document;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
