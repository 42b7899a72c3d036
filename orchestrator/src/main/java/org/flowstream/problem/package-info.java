/**
 * Problems in what the user wrote, each with its place, what was found and what was expected; reported all at
 * once.
 */
@NullMarked
package org.flowstream.problem;

import org.jspecify.annotations.NullMarked;
