/* SPDX-License-Identifier: GPL-2.0 */
/* Put a recommendation into words */
#ifndef WHY_RECOMMEND_H
#define WHY_RECOMMEND_H

#include "why_advice.h"
#include "why_write.h"

/** why_recommend - write what to do, and the reason for it */
void why_recommend(struct writer *w, const struct why_facts *facts,
		   const struct why_advice *advice);

#endif /* WHY_RECOMMEND_H */
